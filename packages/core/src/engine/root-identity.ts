import type { FileSystem } from '../model/file-system.ts'
import type { RawPath } from '../model/path.ts'

/** What tells the directory that a source is from any other. */
export interface RootIdentity {
  readonly ino: number
  readonly birthMs: number
  /** Magic number of its file system. */
  readonly type: number
  /** Given out anew at each mount and boot: compared within a run only. */
  readonly dev: number
}

/** What the root is now; `undefined` when it is no directory, or cannot be looked at. */
export function identifyRoot(fs: FileSystem, root: RawPath): RootIdentity | undefined {
  try {
    const type = fs.typeOf(root)
    // Last, as it tells a directory that has just been put in the root's place.
    let found = fs.look(root)
    // The source may be named by a link: what counts is where that leads.
    if (found?.kind === 'symlink') found = fs.look(`${root}/.` as RawPath)
    return found?.kind === 'directory' ? { ino: found.ino, birthMs: found.birthMs, type, dev: found.dev } : undefined
  } catch {
    return undefined
  }
}

export function isSameRoot(a: RootIdentity, b: RootIdentity): boolean {
  return a.ino === b.ino && a.birthMs === b.birthMs && a.type === b.type
}
