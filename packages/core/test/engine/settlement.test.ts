import { expect, test } from 'vitest'
import type { Step } from '../../src/batch/step.ts'
import { createDeleteLimit } from '../../src/engine/delete-limit.ts'
import type { Delivery } from '../../src/engine/delivery.ts'
import type { Ledger } from '../../src/engine/ledger.ts'
import { createRetries } from '../../src/engine/retries.ts'
import { settleDelivery } from '../../src/engine/settlement.ts'
import { createSchedule, type Schedule } from '../../src/schedule/schedule.ts'
import { raw } from '../support/two-states.ts'

/** One path has come back at 0 ms, and is to be sent once more. Returns what waits. */
function settle(resendMs: number | undefined): Schedule {
  const schedule = createSchedule({ delayMs: 0, hurryMs: 0 })
  const step: Step = { type: 'update', path: raw('d'), from: undefined, seen: undefined, acked: undefined }
  // All that a settlement reads of them.
  const delivery = { batch: { id: 'b' }, sent: [step], answer: { failed: new Map(), stale: new Set() } } as unknown as Delivery
  const ledger = { settle: () => {} } as unknown as Ledger
  settleDelivery({
    ...{ delivery, ledger, schedule, again: [], now: 0, failed: () => {} },
    retries: createRetries({ minMs: 50, maxMs: 2000 }, Math.random, () => 0),
    deleteLimit: createDeleteLimit({ share: 1, above: 0 }, false),
    resendMs: () => resendMs,
  })
  return schedule
}

test('what changed while it was sent is sent once more at once, what is as it was is not', () => {
  expect(
    settle(0)
      .take(0, 10)
      .map(({ path }) => path),
  ).toEqual(['d'])
  expect(settle(undefined).size).toBe(0)
})

test('what cannot be told yet is sent once more when it can, and not sooner because of those who are in a hurry', () => {
  const schedule = settle(1000)
  schedule.flush(10)
  schedule.hasten(10)
  expect([schedule.nextAt(), schedule.unsettled(1), schedule.take(999, 10)]).toEqual([1000, 0, []])
  expect(schedule.take(1000, 10)).toHaveLength(1)
})
