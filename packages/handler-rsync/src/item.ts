import type { Change } from '@clsync/core/handler'
import type { Look } from './source.ts'

/** A path of the batch and what the source has there now. */
export interface Item extends Look {
  readonly change: Change
}

/**
 * Whether the target may hold the very same already, as it has come from there: two that copy to each other have to come to rest. Who
 * writes a file leaves it with equal times; who brings a copy sets one of them afterwards.
 */
export function mayBeThere({ change }: Item, stat: Item['stat']): boolean {
  return change.previousKind !== 'none' && stat.ctimeNs !== stat.mtimeNs
}
