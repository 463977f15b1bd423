import type { HandlerContext } from '@clsync/core/handler'
import type { Account } from './account.ts'
import type { ScriptOptions } from './option-fields.ts'
import type { Plan } from './plan.ts'

/** All that stays the same for a session. */
export interface Job {
  readonly options: ScriptOptions
  readonly plan: Plan
  readonly context: HandlerContext
  /** Undefined: that of clsync. */
  readonly account: Account | undefined
  /** Directory for list files; made on first use. */
  readonly listsDir: string
}
