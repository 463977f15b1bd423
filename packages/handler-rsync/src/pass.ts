import type { Batch, FailedPath, HandlerContext } from '@clsync/core/handler'
import type { Marker } from './marker.ts'
import type { RsyncOptions } from './options.ts'
import { parentOf } from './path.ts'
import type { Rsync } from './rsync.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'
import type { TempNames } from './temp-names.ts'
import type { Unfinished } from './unfinished.ts'

/** One target for as long as its session lasts. */
export interface Place {
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly source: Source
  readonly target: Target
  readonly rsync: Rsync
  readonly temps: TempNames
  readonly unfinished: Unfinished
  /** Only where no shell can be had. */
  readonly marker: Marker | undefined
  /** Deletes that failed and were not made good since: what they leave behind is not foreign. */
  readonly undeleted: Set<string>
  /** Moves of the latest batch that were done, so that its replay knows. */
  readonly moved: { batch: string; readonly paths: Set<string> }
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

  constructor(place: Place, batch: Batch, signal: AbortSignal) {
    this.place = place
    this.batch = batch
    this.signal = signal
  }

  /** An entry at `path` came or went. */
  touch(path: string): void {
    this.touched.add(parentOf(path))
  }

  fail(path: string, error: unknown): void {
    this.failed.push({ path, error })
  }
}
