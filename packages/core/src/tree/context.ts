import type { DirId } from '../model/entry.ts'
import type { Scope } from '../model/difference.ts'
import type { FileSystem } from '../model/file-system.ts'
import type { Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'
import type { Rules, Task } from '../model/task.ts'
import type { Departures } from './departures.ts'
import type { Directories } from './directories.ts'
import type { HintSet } from './hint-set.ts'

/** How far file times may lag behind the wall clock, and how long a write may take to follow its own time stamp. */
export const RACY_MS = 1000

/** What the tree needs from outside, and what it tells. */
export interface TreeOptions {
  readonly table: SeenTable
  /** Counters of the store: stamps and directory ids are given out from here. */
  readonly counters: { stamp: number; directory: number; readonly horizonMs: number }
  readonly fs: FileSystem
  /** Absolute path of the source. */
  readonly root: RawPath
  readonly rules: Rules
  /** What is mounted below the source: entered, its mount point synced as an empty directory, or left out. Default `enter`. */
  readonly mounts?: Task['mounts']
  /** A known entry has changed only when one of these has. Default: all, and what was hinted at. */
  readonly signature?: Task['signature']
  /** Whether hints tell every change; then a changed ctime alone does not mean changed bytes. */
  readonly noLoss: boolean
  /** Whether what has this time is known although it seems recent, as it is a time that the clock has yet to come to. Default: no. */
  isAhead?(timeMs: number): boolean
  /** Watches a directory; called before it is read. */
  arm(dir: DirId, absolutePath: RawPath): 'armed' | 'gone' | 'limit'
  disarm(dir: DirId): void
  /** A directory without a watch; has to be polled. */
  uncovered(dir: DirId): void
  /** The seen state at `path` changed. */
  touch(path: RawPath, scope: Scope): void
  /** Whether every target holds something at `path`, so that all are told when it goes. */
  isHeld(path: RawPath): boolean
  /** `path` could not be looked at; what is known of it stays. */
  problem(path: RawPath, error: unknown): void
  /** To be hinted at once more, later: the look that this asked for could not be done. */
  again(hint: Exclude<Hint, { type: 'root' }>): void
  /** What was asked for again and not hinted at since; `undefined`: nothing. */
  owed(): HintSet | undefined
  solved(path: RawPath): void
  /** A new directory has something mounted on it. */
  mountMet(path: RawPath): void
  /**
   * Called before entries of the root are taken to have come or gone, and before those of a mount below it are taken to have gone.
   * Throws to stop that.
   */
  guard(path: RawPath): void
}

export interface TreeContext extends TreeOptions {
  readonly directories: Directories
  readonly departures: Departures
}
