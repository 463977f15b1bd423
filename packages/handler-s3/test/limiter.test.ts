import { expect, test } from 'vitest'
import { Limiter } from '../src/limiter.ts'

/** A server that does `rate` requests a second, however many there are at once, but for `floorMs` each takes at least. */
function play(limiter: Limiter, clock: { now: number }, floorMs: number, rate: number, seconds: number): void {
  for (const end = clock.now + seconds * 1000; clock.now < end;) {
    clock.now += Math.max(floorMs / limiter.limit, 1000 / rate)
    void limiter.take() // more are wanted than may be
    limiter.done()
  }
}

test('makes more requests at once while that brings more, and no more than allowed', () => {
  const clock = { now: 0 }
  const limiter = new Limiter(64, () => clock.now)
  play(limiter, clock, 100, 10_000, 20)
  expect(limiter.limit).toBeGreaterThan(50)
  expect(limiter.limit).toBeLessThanOrEqual(64)
})

test('stays where more at once brings nothing', () => {
  const clock = { now: 0 }
  const limiter = new Limiter(256, () => clock.now)
  play(limiter, clock, 100, 200, 30)
  expect(limiter.limit).toBeLessThan(60)
})

test('halves when the server asks for it, once for all that were on their way', () => {
  const clock = { now: 1000 }
  const limiter = new Limiter(64, () => clock.now)
  const before = limiter.limit
  for (let at = 0; at < 10; at++) limiter.throttled()
  expect(limiter.limit).toBe(before / 2)
  clock.now += 1000
  limiter.throttled()
  expect(limiter.limit).toBe(before / 4)
})

test('who waits is admitted in turn, and gives up when aborted', async () => {
  const limiter = new Limiter(1)
  const release = await limiter.take()
  const abort = new AbortController()
  const given = limiter.take(abort.signal)
  const next = limiter.take()
  abort.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  release()
  ;(await next)()
})
