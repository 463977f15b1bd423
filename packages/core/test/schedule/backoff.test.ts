import { expect, test } from 'vitest'
import { backoffMs } from '../../src/schedule/backoff.ts'

const RETRY = { minMs: 1000, maxMs: 60_000 }

test('the wait doubles with each failure and ends at the maximum', () => {
  const waits = [1, 2, 3, 6, 7, 100, 10_000].map((failures) => backoffMs(failures, RETRY, () => 1))
  expect(waits).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000])
})

test('those that failed together come back between half of it and all', () => {
  expect([0, 0.5, 1].map((share) => backoffMs(3, RETRY, () => share))).toEqual([2000, 3000, 4000])
})
