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

/** Touched once more: an item has to be compared from its start again. */
export function mergeItem(item: Item, scope: Scope, at: number): void {
  if (WIDTH[scope] > WIDTH[item.scope]) item.scope = scope
  item.lastAt = Math.max(item.lastAt, at)
  item.after = undefined
}

const WIDTH = { entry: 0, listing: 1, tree: 2 } as const
