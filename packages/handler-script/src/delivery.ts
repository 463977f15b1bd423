import type { Change } from '@clsync/core/handler'
import type { PlannedCommand } from './plan.ts'
import type { Round } from './round.ts'

/** Changes that follow one another in a batch and go to one command. */
export interface Delivery {
  readonly round: Round
  readonly planned: PlannedCommand
  readonly changes: readonly Change[]
}
