import type { RunSettings } from '../model/run-settings.ts'
import { countText } from '../observe/amount.ts'
import type { Logger } from '../observe/log.ts'
import type { Status, TargetStatus } from '../observe/status.ts'

type Mode = RunSettings['mode']

/**
 * Whether a task can do nothing more by itself: every target refuses to go on. A source that vanished or was emptied is not the
 * end, because the engine goes on when it is back.
 */
export function isOver({ state, targets }: Status): boolean {
  if (state === 'stopped') return true
  return targets.length > 0 && targets.every(isEnded)
}

/** Whether a target refuses to go on. */
export function isEnded({ state }: TargetStatus): boolean {
  return ENDED.has(state)
}

const ENDED: ReadonlySet<string> = new Set(['halted', 'failed', 'stopped'])

/** Exit code for what a task has come to: 0 done, 1 failed or not all could be synced, 3 a person is needed. */
export function outcomeOf(status: Status, mode: Mode): number {
  const { targets } = status
  if (status.halt !== undefined || targets.some((target) => target.state === 'halted')) return 3
  if (status.state === 'failed' || targets.some((target) => target.state === 'failed')) return 1
  if (mode === 'live') return 0
  if (targets.some((target) => target.heldDeletes > 0)) return 3
  return targets.some((target) => target.problemCount > 0 || target.pending > 0) ? 1 : 0
}

/** Says what stands between a finished run and success. */
export function tellRemains(status: Status, log: Logger): void {
  for (const { name, problems, problemCount, heldDeletes, pending } of status.targets) {
    const at = log.scope({ target: name })
    if (problemCount > 0)
      at.error(`${countText(problemCount, 'path')} could not be synced:`, { event: 'problems', problems: problemCount })
    for (const { path, reason, attempts } of problems.slice(0, MAX_LISTED))
      at.error(`  ${path === '' ? 'the target as a whole' : path}: ${reason}`, { attempts })
    if (problemCount > Math.min(problems.length, MAX_LISTED))
      at.error(`  and ${problemCount - Math.min(problems.length, MAX_LISTED)} more`)
    if (heldDeletes > 0)
      at.error(`${countText(heldDeletes, 'delete')} held back because they are so many; --accept releases them`, {
        event: 'held',
      })
    if (pending > 0 && problemCount === 0) at.error(`${countText(pending, 'change')} not sent`)
  }
}

const MAX_LISTED = 20
