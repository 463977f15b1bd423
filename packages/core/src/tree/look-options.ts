import type { DirId } from '../model/entry.ts'
import type { RawPath } from '../model/path.ts'
import { RACY_MS, type TreeContext } from './context.ts'

/** How a look is to be taken. */
export interface LookOptions {
  /** Bytes were written since the last look, whatever `lstat` says. */
  readonly content: boolean
  /** A recent file that looks equal is not believed from this wall time on: a rewrite may hide in the clock's tick. */
  readonly suspectFromMs: number
  /** A ctime that moved alone counts as changed bytes, as nobody saw what moved it. */
  readonly ctimeMeansContent: boolean
  /** What looks the same may have been elsewhere, and been written to there. Default false. */
  readonly moved?: boolean
  /** What looks the same may be another file in the same inode. Default false. */
  readonly made?: boolean
}

/** For what nobody watched: only a moved ctime or an old equal one is believed. */
export function distrust(suspectFromMs: number): LookOptions {
  return { content: false, suspectFromMs, ctimeMeansContent: true }
}

/** For a directory that nobody watched until now: what was moved into it may have been written to there. */
export function distrustNew({ counters }: TreeContext, look: LookOptions): LookOptions {
  return { ...look, suspectFromMs: Math.min(look.suspectFromMs, counters.horizonMs - RACY_MS) }
}

/**
 * A look at one name, with all that was said of it when it could not be looked at: by the time that this is asked for once more, what
 * was meant may have been renamed.
 */
export function withOwed(context: TreeContext, dir: DirId, name: RawPath, look: LookOptions): LookOptions {
  const owed = context.owed()
  if (owed === undefined) return look
  const { content, moved, made, suspectFromMs } = owed.entries.get(dir)?.get(name) ?? NOTHING
  return {
    ...look,
    content: look.content || content,
    moved: look.moved === true || moved,
    made: look.made === true || made,
    suspectFromMs: Math.min(look.suspectFromMs, suspectFromMs, suspectAbove(context, dir, owed.trees)),
  }
}

/** From when on nothing is believed in a directory that could not be read, or that lies below such a one. */
function suspectAbove({ directories }: TreeContext, dir: DirId, trees: ReadonlyMap<DirId, number>): number {
  let suspectFromMs = Infinity
  if (trees.size === 0) return suspectFromMs
  for (let at: DirId | undefined = dir; at !== undefined; at = directories.placeOf(at)?.parent) {
    suspectFromMs = Math.min(suspectFromMs, trees.get(at) ?? Infinity)
  }
  return suspectFromMs
}

const NOTHING = { content: false, moved: false, made: false, suspectFromMs: Infinity }
