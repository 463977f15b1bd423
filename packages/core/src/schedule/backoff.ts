import type { RetryOptions } from '../model/task.ts'

/**
 * Wait before the next attempt: doubles with each failure up to the maximum, then a random share between half and all of it
 * is taken, so that many that failed together do not come back together.
 */
export function backoffMs(failures: number, { minMs, maxMs }: RetryOptions, random: () => number): number {
  const full = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30))
  return full * (0.5 + random() / 2)
}
