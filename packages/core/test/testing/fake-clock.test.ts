import { FakeClock } from '@clsync/core/testing'
import { expect, test } from 'vitest'

test('timers run in the order they are due, at their own time, also those set on the way', () => {
  const clock = new FakeClock(1000)
  const ran: string[] = []
  const note = (name: string) => () => ran.push(`${name}@${clock.monotonic()}/${clock.now()}`)
  clock.after(20, note('late'))
  clock.after(10, () => {
    note('early')()
    clock.after(5, note('set on the way'))
  })
  clock.after(10, note('second of equals'))
  clock.after(0, note('at once'))
  clock.after(30, note('not yet'))
  clock.advance(25)
  expect(ran).toEqual(['at once@0/1000', 'early@10/1010', 'second of equals@10/1010', 'set on the way@15/1015', 'late@20/1020'])
  expect(clock.monotonic()).toBe(25)
  expect(clock.pending).toBe(1)
  expect(clock.nextMs).toBe(5)
})

test('a cancelled timer does not run, not even one that is due at the same time as the one that cancels it', () => {
  const clock = new FakeClock()
  const ran: string[] = []
  clock.after(1, () => {
    ran.push('first')
    second.cancel()
  })
  const second = clock.after(1, () => ran.push('second'))
  clock.advance(1)
  expect(ran).toEqual(['first'])
  expect(clock.pending).toBe(0)
})

test('the wall clock jumps without running a timer', () => {
  const clock = new FakeClock(1000)
  clock.after(1, () => expect.unreachable())
  clock.jump(-500)
  expect([clock.now(), clock.monotonic()]).toEqual([500, 0])
})
