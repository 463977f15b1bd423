import { expect, test } from 'vitest'
import type { Scope } from '../../src/model/difference.ts'
import type { RawPath } from '../../src/model/path.ts'
import type { Item } from '../../src/schedule/item.ts'
import { createSchedule, type Schedule } from '../../src/schedule/schedule.ts'

const raw = (path: string): RawPath => path as RawPath // ASCII

function item(path: string, changes: Partial<Item> = {}): Item {
  return { path: raw(path), scope: 'entry', firstAt: 0, lastAt: 0, attempts: 0, after: undefined, ...changes }
}

function window(delayMs: number): Schedule {
  return createSchedule({ delayMs, hurryMs: 50 })
}

function paths(items: readonly Item[]): string[] {
  return items.map(({ path }) => path)
}

test('a window ends after its time, however busy it is, and takes all that came in it along', () => {
  const schedule = window(100)
  for (const at of [0, 60, 99]) schedule.touch(raw(`f${at}`), 'entry', at)
  expect(schedule.nextAt()).toBe(100)
  expect(schedule.take(99, 10)).toEqual([])
  expect(paths(schedule.take(100, 10))).toEqual(['f0', 'f60', 'f99'])
  expect(schedule.nextAt()).toBeUndefined()
})

test('what a batch has no room for is due with the next', () => {
  const schedule = window(0)
  for (const name of ['a', 'b', 'c']) schedule.touch(raw(name), 'entry', 0)
  expect(paths(schedule.take(0, 2))).toEqual(['a', 'b'])
  expect(paths(schedule.take(0, 2))).toEqual(['c'])
})

test.each<[Scope, Scope, Scope]>([
  ['entry', 'tree', 'tree'],
  ['tree', 'entry', 'tree'],
  ['listing', 'entry', 'listing'],
])('what is touched as %s and as %s is compared as %s', (one, other, expected) => {
  const schedule = window(0)
  schedule.touch(raw('d'), one, 0)
  schedule.touch(raw('d'), other, 1)
  expect(schedule.take(1, 10)).toMatchObject([{ scope: expected, firstAt: 0, lastAt: 1 }])
})

test('a comparison that was interrupted begins anew when its path is touched', () => {
  const schedule = window(0)
  schedule.resume(item('d', { after: raw('d/f') }))
  schedule.touch(raw('d'), 'entry', 1)
  expect(schedule.take(1, 10)).toMatchObject([{ path: 'd', after: undefined }])
})

test.each([
  ['resumed', (schedule: Schedule, it: Item) => schedule.resume(it)],
  ['put first', (schedule: Schedule, it: Item) => schedule.resumeFirst([it])],
  ['postponed', (schedule: Schedule, it: Item) => schedule.postpone(it, 0)],
])('an item that is %s stands for what was touched while it was away', (_how, putBack) => {
  const schedule = window(0)
  schedule.touch(raw('d'), 'tree', 5)
  putBack(schedule, item('d', { after: raw('d/f') }))
  expect(schedule.size).toBe(1)
  expect(schedule.take(10, 10)).toMatchObject([{ path: 'd', scope: 'tree', lastAt: 5, after: undefined }])
})

test('each retry has its time, and is told of when nothing else waits', () => {
  const schedule = window(0)
  schedule.postpone(item('b', { attempts: 1 }), 200)
  schedule.postpone(item('a', { attempts: 1 }), 100)
  expect(schedule.nextAt()).toBe(100)
  expect(paths(schedule.take(150, 10))).toEqual(['a'])
  expect(schedule.nextAt()).toBe(200)
})

test('a retry comes before a window that ends later', () => {
  const schedule = window(1000)
  schedule.touch(raw('f'), 'entry', 0)
  schedule.postpone(item('a', { attempts: 1 }), 100)
  expect(schedule.nextAt()).toBe(100)
})

test('a retry that is touched comes soon, and once', () => {
  const schedule = window(0)
  schedule.postpone(item('a', { attempts: 3 }), 60_000)
  schedule.touch(raw('a'), 'entry', 1000)
  expect(schedule.nextAt()).toBe(1050)
  expect(schedule.take(1050, 10)).toMatchObject([{ path: 'a', attempts: 3 }])
  expect(schedule.take(100_000, 10)).toEqual([])
})

test('a file that waits to be quiet is not hurried by what makes it busy', () => {
  const schedule = window(0)
  schedule.postpone(item('log'), 5000)
  schedule.touch(raw('log'), 'entry', 1000)
  expect(schedule.nextAt()).toBe(5000)
})

test('a flush makes everything due but what has failed', () => {
  const schedule = window(10_000)
  schedule.touch(raw('new'), 'entry', 0)
  schedule.postpone(item('settling'), 5000)
  schedule.postpone(item('failed', { attempts: 1 }), 5000)
  schedule.flush(10)
  expect(paths(schedule.take(10, 10)).toSorted()).toEqual(['new', 'settling'])
  expect([schedule.nextAt(), schedule.unsettled(1), schedule.unsettled(2)]).toEqual([5000, 0, 1])
})

test('too many paths are told by their directories, and nothing is dropped', () => {
  const schedule = window(0)
  for (let at = 0; at < 100_000; at++) schedule.touch(raw(`many/f${at}`), 'entry', 0)
  schedule.touch(raw('d/one'), 'entry', 0)
  schedule.touch(raw('d/two'), 'entry', 0)
  schedule.touch(raw('e'), 'tree', 0)
  const rest = schedule.take(0, Infinity).slice(100_000)
  expect(rest).toMatchObject([
    { path: 'd', scope: 'listing' },
    { path: '', scope: 'tree' },
  ])
})
