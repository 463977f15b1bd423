import type { HandlerContext } from '@clsync/core/handler'
import type { Account } from './account.ts'
import type { ListFiles } from './list-files.ts'
import type { ScriptOptions } from './option-fields.ts'
import type { Plan } from './plan.ts'
import type { RunRecords } from './run-records.ts'

/** All that stays the same for a session. */
export interface Job {
  readonly options: ScriptOptions
  /** `%label%` and `$CLSYNC_LABEL`. */
  readonly label: string
  readonly plan: Plan
  readonly context: HandlerContext
  /** Undefined: that of clsync. */
  readonly account: Account | undefined
  readonly lists: ListFiles
  readonly runs: RunRecords
}
