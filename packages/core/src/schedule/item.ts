import type { Scope } from '../model/difference.ts'
import type { RawPath } from '../model/path.ts'

/** A path where seen and acked may differ, and since when. Times are monotonic milliseconds. */
export interface Item {
  readonly path: RawPath
  scope: Scope
  /** First and last touch that this item stands for. */
  readonly firstAt: number
  lastAt: number
  /** Attempts that failed. */
  attempts: number
  /** Where an interrupted comparison goes on. */
  after: RawPath | undefined
}
