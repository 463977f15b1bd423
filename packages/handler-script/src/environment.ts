import type { Change } from '@clsync/core/handler'
import { type Round, statusOf } from './round.ts'

/** What a run finds in its environment, over that of clsync. */
export function environmentOf(round: Round, change?: Change): Record<string, string> {
  const { batch, iteration } = round
  const { options, label, context } = round.job
  return {
    CLSYNC_LABEL: label,
    CLSYNC_BATCH: batch.id,
    CLSYNC_ATTEMPT: String(batch.attempt),
    CLSYNC_REASON: batch.reason,
    CLSYNC_ROOT: context.root,
    CLSYNC_COUNT: String(batch.changes.length),
    CLSYNC_STATUS: statusOf(round),
    CLSYNC_ITERATION: String(iteration),
    ...(options.destination !== undefined && { CLSYNC_DESTINATION: options.destination }),
    ...(change !== undefined && {
      CLSYNC_PATH: change.path,
      CLSYNC_TYPE: change.type,
      CLSYNC_KIND: change.kind,
      CLSYNC_FROM: change.from ?? '',
    }),
    ...options.env,
  }
}
