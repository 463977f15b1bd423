import type { Change } from '@clsync/core/handler'
import type { Look } from './source.ts'

/** A path of the batch and what the source has there now. */
export interface Item extends Look {
  readonly change: Change
}
