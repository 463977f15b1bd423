import type { Batch } from '@clsync/core/handler'
import type { Job } from './job.ts'

/** One call of `sync`: the batch and what else its runs are told. */
export interface Round {
  readonly job: Job
  readonly batch: Batch
  readonly signal: AbortSignal
  /** Rounds of this session before this one. */
  readonly iteration: number
}

/** `$CLSYNC_STATUS`, in the words of the C clsync. */
export function statusOf({ batch }: Round): string {
  return batch.reason === 'change' ? 'running' : 'initsync'
}
