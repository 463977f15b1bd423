import type { Batch, Change, FailedPath, HandlerContext } from '@clsync/core/handler'
import type { Line } from './line.ts'
import type { Marker } from './marker.ts'
import type { RsyncOptions } from './options.ts'
import { parentOf } from './path.ts'
import type { RecentlyTimed } from './recently-timed.ts'
import type { Rsync } from './rsync.ts'
import type { Look, Source } from './source.ts'
import type { Target } from './target.ts'
import type { TempNames } from './temp-names.ts'
import type { Unfinished } from './unfinished.ts'
import { followAll, type Untimed } from './untimed.ts'

/** One target for as long as its session lasts. */
export interface Place {
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly source: Source
  readonly target: Target
  readonly rsync: Rsync
  readonly temps: TempNames
  readonly unfinished: Unfinished
  readonly untimed: Untimed
  readonly recentlyTimed: RecentlyTimed
  /** Only where no shell can be had. */
  readonly marker: Marker | undefined
  /** Deletes that failed and were not made good since: what they leave behind is not foreign. */
  readonly undeleted: Set<string>
  /** Moves of the latest batches that were done, so that a replay knows; by the id of the batch. */
  readonly moved: Map<string, Set<string>>
  /** Batches that are on their way. */
  readonly passes: Set<Pass>
  /** Where nobody can set the time of a directory that two have written into, they go one after the other. */
  readonly line: Line
  /** At first contact, size and time tell that the target holds a file already. */
  trustsTarget: boolean
}

/** One batch on its way to the target. */
export class Pass {
  readonly place: Place
  readonly batch: Batch
  readonly signal: AbortSignal
  readonly failed: FailedPath[] = []
  readonly stale: string[] = []
  /** Directories whose time is to be set in the end, as an entry came or went. */
  readonly touched = new Set<string>()
  /** Those of them that the source did not have at the last look, as it had renamed them. */
  readonly #absent = new Set<string>()

  constructor(place: Place, batch: Batch, signal: AbortSignal) {
    this.place = place
    this.batch = batch
    this.signal = signal
  }

  /** Whether another batch was on its way at some time. */
  isBeside = false

  /** An entry at `path` came or went. */
  touch(path: string): void {
    this.touched.add(parentOf(path))
  }

  /** A run of rsync sets the times of all directories above what it brings, as they were when it began. */
  touchAbove(path: string): void {
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) this.touched.add(above)
  }

  /** An entry was renamed: what was touched below it is elsewhere now. */
  moved(from: string, path: string): void {
    for (const [directory, inode] of this.place.recentlyTimed.take(from)) {
      const isSame = inode !== undefined && this.#inodeAt(path + directory.slice(from.length)) === inode
      if (!isSame) this.touched.add(directory)
    }
    followAll(this.touched, from, path)
    this.place.untimed.follow(from, path)
    this.touch(from)
    this.touch(path)
  }

  /** It was deleted: a time is set for nothing there, as that would make it anew. */
  gone({ path, recursive }: Change): void {
    const { untimed, recentlyTimed } = this.place
    untimed.forgetBelow(path)
    if (recursive) recentlyTimed.take(path)
    else recentlyTimed.forget(path)
  }

  /** Adds what earlier batches had to leave. */
  touchUntimed(): void {
    for (const path of this.place.untimed.all) this.touched.add(path)
  }

  /** What a touched directory is in the source; `undefined` when its time cannot be told now. */
  lookAtTouched(path: string): Look | undefined {
    const look = path === '' ? undefined : this.place.source.look(path)
    if (look === undefined && path !== '') this.#absent.add(path)
    else this.#absent.delete(path)
    return look?.kind === 'directory' ? look : undefined
  }

  /** Writes down what is left for later batches. */
  saveUntimed(): void {
    const { untimed, recentlyTimed } = this.place
    for (const path of this.touched) {
      if (this.#absent.has(path)) untimed.add(path)
      else {
        untimed.settled(path)
        recentlyTimed.add(path, this.#inodeAt(path))
      }
    }
    untimed.save()
  }

  #inodeAt(path: string): bigint | undefined {
    try {
      return this.place.source.look(path)?.stat.ino
    } catch {
      return undefined // it counts as another
    }
  }

  fail(path: string, error: unknown): void {
    this.failed.push({ path, error })
  }
}
