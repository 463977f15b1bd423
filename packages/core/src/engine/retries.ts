import { type RawPath, toText } from '../model/path.ts'
import type { RetryOptions } from '../model/task.ts'
import { backoffMs } from '../schedule/backoff.ts'
import type { Item } from '../schedule/item.ts'
import { createProblems, type Problems } from './problems.ts'

/** Paths that failed: how often, why, and when to try again. */
export interface Retries {
  readonly problems: Problems
  /** Number of the attempt that a batch of these paths is: one more than the worst of them has behind it. */
  nextAttempt(steps: readonly { readonly path: RawPath }[]): number
  /** One more failure; returns the item to wait and for how long. `error`: the path's own reason, to be shown. */
  fail(path: RawPath, now: number, error?: unknown): { readonly item: Item; readonly waitMs: number }
  solve(path: RawPath): void
  waitMs(attempts: number): number
  /** Whether a path, or the target as a whole after so many failures, has failed as often as the user lets it. */
  isSpent(failures: number): boolean
}

/** A path is settled, for those who wait for idleness, when it has failed this often. */
export const SETTLED_ATTEMPTS = 3

export function createRetries(options: RetryOptions, random: () => number, now: () => number): Retries {
  const attempts = new Map<RawPath, number>()
  const most = options.attempts ?? Infinity
  let isSpent = false
  const problems = createProblems(now)
  const waitMs = (count: number): number => backoffMs(count, options, random)
  return {
    problems,
    nextAttempt: (steps) => 1 + steps.reduce((most, { path }) => Math.max(most, attempts.get(path) ?? 0), 0),
    fail(path, at, error) {
      const count = (attempts.get(path) ?? 0) + 1
      attempts.set(path, count)
      if (count >= most) isSpent = true
      if (error !== undefined) problems.add(toText(path), error)
      return { item: { ...freshItem(path, at), attempts: count }, waitMs: waitMs(count) }
    },
    solve(path) {
      if (attempts.size > 0) attempts.delete(path)
      if (problems.size > 0) problems.solve(toText(path))
    },
    waitMs,
    isSpent: (failures) => isSpent || failures >= most,
  }
}

/** An item for one path as if it had just been touched. */
export function freshItem(path: RawPath, now: number): Item {
  return { path, scope: 'entry', firstAt: now, lastAt: now, attempts: 0, after: undefined }
}
