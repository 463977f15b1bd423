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
  /** Whether the source may have been something else than what was seen, while the step was done. */
  isDoubtful(step: Step): boolean
  failed(event: { batch: Batch; path?: string; error: unknown }): void
}

/** Writes down what became of a batch and puts back what has to be tried again. Throws, having done nothing, when the state cannot be written. */
export function settleDelivery(options: SettlementOptions): void {
  const { delivery, again, ledger, schedule, retries, now } = options
  const { batch, sent, failed, error } = delivery
  const hasFailed = (step: Step): boolean => error !== undefined || (failed.size > 0 && failed.has(toText(step.path)))
  const doubtful = new Set(error === undefined ? sent.filter((step) => !hasFailed(step) && options.isDoubtful(step)) : [])
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
  for (const { path, from } of doubtful) {
    schedule.touch(path, 'entry', now)
    if (from !== undefined) schedule.touch(from, 'tree', now)
  }
  if (error === undefined) retryPaths(options, failedPaths)
  else retryBatch(options, failedPaths, error)
}

function retryPaths(
  { delivery: { batch, failed }, schedule, retries, now, ...options }: SettlementOptions,
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
