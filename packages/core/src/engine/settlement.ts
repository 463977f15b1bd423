import type { Batch } from '../handler.ts'
import type { Step } from '../batch/step.ts'
import { isWithin, type RawPath, toText } from '../model/path.ts'
import type { Item } from '../schedule/item.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { DeleteLimit } from './delete-limit.ts'
import type { Delivery } from './delivery.ts'
import type { Ledger } from './ledger.ts'
import { freshItem, type Retries } from './retries.ts'

export interface SettlementOptions {
  readonly delivery: Delivery
  /** Items to be compared again now that the batch has come back. */
  readonly again: readonly Item[]
  readonly ledger: Ledger
  readonly schedule: Schedule
  readonly retries: Retries
  readonly deleteLimit: DeleteLimit
  /** Monotonic. */
  readonly now: number
  /**
   * The source may have been something else than what was seen, while the step was done: in how many milliseconds it is to be sent
   * once more. `undefined`: it was what was seen.
   */
  resendMs(step: Step): number | undefined
  failed(event: { batch: Batch; path?: string; error: unknown }): void
}

/**
 * Writes down what became of a batch and puts back what has to be tried again; returns how many paths have arrived. Throws, having
 * done nothing, when the state cannot be written.
 */
export function settleDelivery(options: SettlementOptions): number {
  const { delivery, again, ledger, schedule, retries, now } = options
  const { batch, sent, error } = delivery
  const { failed, doubtful } = judge(options)
  const hasFailed = (step: Step): boolean => error !== undefined || (failed.size > 0 && failed.has(toText(step.path)))
  ledger.settle(batch.id, sent, (step) => hasFailed(step) || doubtful.has(step))
  options.deleteLimit.giveBack(sent.filter((step) => step.type === 'delete' && (hasFailed(step) || doubtful.has(step))).length)
  const failedPaths: RawPath[] = []
  for (const step of sent) {
    if (!hasFailed(step)) retries.solve(step.path)
    else failedPaths.push(step.path, ...(step.from === undefined ? [] : [step.from]))
  }
  for (const item of again) {
    const attempts = item.attempts + 1
    const fails = error === undefined && failedPaths.some((path) => isWithin(path, item.path))
    if (fails) schedule.postpone({ ...item, attempts }, now + retries.waitMs(attempts))
    else schedule.resume(item)
  }
  for (const [{ path, from }, waitMs] of doubtful) {
    // As a retry, which no flush hurries: at once it would be as doubtful.
    if (waitMs > 0) schedule.postpone({ ...freshItem(path, now), attempts: 1 }, now + waitMs)
    else schedule.touch(path, 'entry', now)
    if (from !== undefined) schedule.touch(from, 'tree', now)
  }
  if (error === undefined) retryPaths(options, failed, failedPaths)
  else retryBatch(options, failedPaths, error)
  return error === undefined ? sent.length - failed.size - doubtful.size : 0
}

/** Which paths have failed, and of which nobody knows whether what was sent is what was seen. */
function judge({ delivery, resendMs }: SettlementOptions): {
  readonly failed: ReadonlyMap<string, unknown>
  /** With the time until they are sent once more. */
  readonly doubtful: ReadonlyMap<Step, number>
} {
  const { sent, answer, error } = delivery
  const doubtful = new Map<Step, number>()
  if (error !== undefined) return { failed: answer.failed, doubtful }
  for (const step of sent) {
    const waitMs = answer.failed.has(toText(step.path)) ? undefined : resendMs(step)
    if (waitMs !== undefined) doubtful.set(step, waitMs)
  }
  if (answer.stale.size === 0) return { failed: answer.failed, doubtful }
  // It is as it was when the change was found, but was not when the handler looked.
  const failed = new Map(answer.failed)
  for (const step of sent) {
    const isMissed = !doubtful.has(step) && answer.stale.has(toText(step.path))
    if (isMissed)
      failed.set(toText(step.path), new Error('It was another in the source when the handler looked, and is what it was again.'))
  }
  return { failed, doubtful }
}

function retryPaths(
  { delivery: { batch }, schedule, retries, now, ...options }: SettlementOptions,
  failed: ReadonlyMap<string, unknown>,
  paths: readonly RawPath[],
): void {
  for (const path of paths) {
    const text = toText(path)
    const reason = failed.get(text)
    const { item, waitMs } = retries.fail(path, now, reason)
    schedule.postpone(item, now + waitMs)
    if (reason !== undefined) options.failed({ batch, path: text, error: reason })
  }
}

/** The target waits as a whole; a path that fails by itself lets the others go first. */
function retryBatch(
  { delivery: { batch }, schedule, retries, now, ...options }: SettlementOptions,
  paths: readonly RawPath[],
  error: unknown,
): void {
  for (const path of paths) {
    const { item, waitMs } = retries.fail(path, now)
    if (paths.length === 1) schedule.postpone(item, now + waitMs)
    else schedule.resume({ ...freshItem(path, now), attempts: item.attempts })
  }
  options.failed({ batch, error })
}
