import fs from 'node:fs'
import type { Kind, Observation } from './entry.ts'
import { MOUNT_LIST, parseMounts } from './mount-list.ts'
import { type RawPath, toFsPath } from './path.ts'

/**
 * What clsync asks of the source's file system. All calls are synchronous and short; paths are absolute and raw.
 * They throw Node's system errors (`code`, `errno`) for everything but absence.
 */
export interface FileSystem {
  /** `lstat`; `undefined` when there is nothing (ENOENT, ENOTDIR). */
  look(path: RawPath): Observation | undefined
  /** Names in a directory, in no order; `undefined` when it is not there or no directory. */
  list(path: RawPath): RawPath[] | undefined
  /** Whether a directory is there and holds nothing; costs the same for one of any size. Absent: it has to be listed. */
  isEmpty?(path: RawPath): boolean
  /** Magic number of the file system's type (`statfs`), to notice that another one was mounted. */
  typeOf(path: RawPath): number
  /**
   * What is mounted below a directory: by path below it, a text that is another for each mount. `undefined` or absent where the
   * system does not tell.
   */
  mounts?(path: RawPath): ReadonlyMap<RawPath, string> | undefined
}

export const nodeFileSystem: FileSystem = {
  look(path) {
    try {
      return observe(fs.lstatSync(toFsPath(path), { throwIfNoEntry: false }))
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  },
  list(path) {
    try {
      return fs.readdirSync(toFsPath(path), 'latin1') as RawPath[]
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  },
  isEmpty(path) {
    try {
      const directory = fs.opendirSync(toFsPath(path))
      try {
        return directory.readSync() === null
      } finally {
        directory.closeSync()
      }
    } catch (error) {
      if (isAbsent(error)) return false
      throw error
    }
  },
  typeOf: (path) => fs.statfsSync(toFsPath(path)).type,
  mounts(path) {
    try {
      const above = `${fs.realpathSync(toFsPath(path), 'latin1')}/`
      const below = parseMounts(fs.readFileSync(MOUNT_LIST, 'latin1')).filter(({ point }) => point.startsWith(above))
      return new Map(below.map(({ id, point }) => [point.slice(above.length) as RawPath, id]))
    } catch {
      return undefined // not Linux, or no /proc here, or the directory is not there just now
    }
  },
}

/** Whether the error says that there is nothing at the path. */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function observe(stat: fs.Stats | undefined): Observation | undefined {
  if (stat === undefined) return undefined
  return {
    kind: kindOf(stat.mode),
    sizeBytes: stat.size,
    mtimeMs: stat.mtimeMs,
    ctimeMs: stat.ctimeMs,
    birthMs: stat.birthtimeMs,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    dev: stat.dev,
    ino: stat.ino,
    nlink: stat.nlink,
  }
}

function kindOf(mode: number): Kind {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'directory'
    case 0o120000:
      return 'symlink'
    default:
      return 'other'
  }
}
