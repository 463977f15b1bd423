import { expect, test } from 'vitest'
import type { RawPath } from '../../src/model/path.ts'
import type { Item } from '../../src/schedule/item.ts'
import { createSchedule } from '../../src/schedule/schedule.ts'

const item = (path: string): Item => ({
  path: path as RawPath,
  scope: 'entry',
  firstAt: 0,
  lastAt: 0,
  attempts: 0,
  after: undefined,
})

test('a directory that had to wait goes before what is below it', () => {
  const schedule = createSchedule({ delayMs: 0, hurryMs: 0 })
  for (const path of ['a', 'd', 'd/f']) schedule.resume(item(path))
  const busy = schedule.take(0, 2).filter(({ path }) => path === 'd')
  schedule.resumeFirst(busy)
  expect(schedule.take(0, 10).map(({ path }) => path)).toEqual(['d', 'd/f'])
})
