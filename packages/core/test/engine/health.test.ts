import { expect, test } from 'vitest'
import { Health } from '../../src/engine/health.ts'
import type { Input } from '../../src/engine/machine.ts'
import { createRetries } from '../../src/engine/retries.ts'
import { refuse } from '../../src/model/refusal.ts'

function begin() {
  const inputs: Input[] = []
  const retries = createRetries(
    { minMs: 100, maxMs: 10_000 },
    () => 1,
    () => 0,
  )
  const health = new Health(retries, (input) => void inputs.push(input))
  return { health, inputs, retries }
}

test('a target that fails waits, longer each time, until it works again', () => {
  const { health, inputs, retries } = begin()
  health.fail(new Error('away'), 0)
  expect([health.isWaiting(99), health.retryAt]).toEqual([true, 100])
  expect(health.isWaiting(100)).toBe(false)
  health.fail(new Error('away'), 100)
  expect(health.retryAt).toBe(300)
  expect(retries.problems.list(10)).toMatchObject([{ path: '', reason: 'away', attempts: 2 }])
  health.recover()
  expect([health.failures, retries.problems.size]).toEqual([0, 0])
  expect(inputs).toEqual(['failing', 'recovered', 'failing', 'recovered'])
})

test('batches that fail as a whole are cut down to single changes', () => {
  const { health } = begin()
  const limits = [0, 1, 2, 3, 4, 5, 6].map(() => {
    const limit = health.limit(500)
    health.fail(new Error('broken'), 0)
    return limit
  })
  expect(limits).toEqual([500, 500, 125, 31, 7, 1, 1])
})

test('a refusal halts at once', () => {
  const { health, inputs } = begin()
  health.fail(refuse({ message: 'No such account.', fix: 'Make one.' }), 0)
  expect(health.halt).toEqual({ code: 'HANDLER_REFUSED', message: 'No such account.', fix: 'Make one.' })
  expect([inputs, health.retryAt]).toEqual([['halt'], undefined])
})
