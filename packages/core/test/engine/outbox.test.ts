import { expect, test } from 'vitest'
import type { OutboxOptions } from '../../src/engine/outbox.ts'
import { SETTLED_ATTEMPTS } from '../../src/engine/retries.ts'
import { ROOT_DIR } from '../../src/model/entry.ts'
import { beginOutbox, drain } from '../support/outbox-stage.ts'
import { raw, told } from '../support/two-states.ts'

test('what a batch has no room for comes with the next ones, each once', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/a': 2, 'd/b': 3, 'd/c': 4, e: 5 }, {})
  for (const path of ['d', 'e']) stage.touch(path, 'entry')
  expect(drain(stage, 2)).toEqual([['+d', '+d/a'], ['+d/b', '+d/c'], ['+e']])
  expect(stage.outbox.pending).toBe(0)
})

test('a path in use waits until its batch has come back, with what is touched of it meanwhile', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/f': 2 }, {})
  stage.touch('d', 'entry')
  const parcel = stage.next()!
  expect(told(parcel.steps)).toEqual(['+d', '+d/f'])
  const parent = stage.states.sources.directories.find(raw('d'))!
  stage.states.store.seen.put(parent, raw('f'), { ...stage.states.store.seen.get(parent, raw('f'))!, stamp: 999, content: 999 })
  stage.touch('d/f', 'entry')
  expect(stage.next()).toBeUndefined()
  stage.clock.advance(1)
  stage.touch('d/f', 'tree')
  expect(stage.next()).toBeUndefined()
  expect(stage.outbox.pending).toBe(1)
  stage.confirm(parcel)
  expect(drain(stage)).toEqual([['~d/f']])
})

test('a handler that deletes nothing is told of no deletions, and all of them are forgotten', () => {
  const stage = beginOutbox({}, { 'd/': 1, 'd/a': 2, 'd/b': 3, 'd/c': 4, 'd/e': 5 }, { deletes: false })
  stage.touch('d', 'entry')
  expect(drain(stage, 2)).toEqual([])
  expect([stage.states.acked.table.entries, stage.outbox.pending]).toEqual([0, 0])
})

test('both places of a rename are in use until it has come back', () => {
  const stage = beginOutbox({ b: 1, a: 2 }, { a: 1 })
  for (const path of ['a', 'b']) stage.touch(path, 'tree')
  const parcel = stage.next()!
  expect(told(parcel.steps)).toEqual(['a > b'])
  stage.touch('a', 'entry')
  expect(stage.next()).toBeUndefined()
  stage.outbox.disturb(raw('a'))
  expect(stage.outbox.isDisturbed(parcel, parcel.steps[0]!)).toBe(true)
  stage.confirm(parcel)
  expect(drain(stage)).toEqual([['+a']])
})

test('what happened before a batch was made up does not disturb it', () => {
  const stage = beginOutbox({ a: 1, b: 2 }, {})
  stage.touch('a', 'entry')
  const first = stage.next()!
  stage.outbox.disturb(raw(''))
  stage.touch('b', 'entry')
  const second = stage.next()!
  expect([first, second].map((parcel) => stage.outbox.isDisturbed(parcel, parcel.steps[0]!))).toEqual([true, false])
})

test('a directory that the target lacks goes first, and brings along what was to be sent into it', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/e/': 2, 'd/e/f': 3 }, {})
  stage.touch('d/e/f', 'entry')
  expect(drain(stage).flat()).toEqual(['+d', '+d/e', '+d/e/f'])
})

test('a busy file is sent after its longest wait, a quiet one when it has been so for long enough', () => {
  const stage = beginOutbox({ f: 1 }, {}, { schedule: { settleMs: 100 } })
  const write = (): void => {
    const entry = stage.states.store.seen.get(1, raw('f'))!
    stage.states.store.seen.put(1, raw('f'), {
      ...entry,
      mtimeMs: stage.clock.now(),
      stamp: entry.stamp + 1,
      content: entry.stamp + 1,
    })
    stage.touch('f', 'entry')
  }
  write()
  for (let ms = 0; ms < 900; ms += 50) {
    expect(stage.next()).toBeUndefined()
    stage.clock.advance(50)
    write()
  }
  for (let ms = 900; ms < 1100 && stage.next() === undefined; ms += 50) {
    stage.clock.advance(50)
    write()
  }
  expect(stage.clock.monotonic()).toBe(1000)
})

test('an end makes everything go at once', () => {
  const stage = beginOutbox({ f: 1 }, {}, { schedule: { settleMs: 10_000, maxWaitMs: 10_000 } })
  stage.touch('f', 'entry')
  expect(stage.next()).toBeUndefined()
  stage.outbox.flush(0)
  expect(told(stage.next(1000, false)?.steps ?? [])).toEqual(['+f'])
})

test('a name that the handler cannot take is a problem, and not sent', () => {
  const stage = beginOutbox({ ok: 1, '\xff': 2 }, {})
  for (const path of ['ok', '\xff']) stage.touch(path, 'entry')
  expect(drain(stage)).toEqual([['+ok']])
  expect(stage.problems.paths()).toEqual(['\xff'])
})

test('what is not sent after all, as the root is not well, is as due as before', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/a': 2, b: 4 }, { a: 2, c: 3 })
  for (const path of ['a', 'b', 'c', 'd']) stage.touch(path, 'tree')
  const parcel = stage.next()!
  stage.outbox.withdraw(parcel, stage.clock.monotonic())
  expect(stage.outbox.pending).toBeGreaterThan(0)
  expect(told(stage.next()!.steps)).toEqual(told(parcel.steps))
})

test('what could not be looked at in the source is not deleted before it was, and nobody waits for that', () => {
  let isUnknown = true
  const doubt: OutboxOptions['doubt'] = ({ path }) => (isUnknown && path === 'a' ? 'unknown' : undefined)
  const stage = beginOutbox({}, { a: 1, b: 2 }, { doubt })
  for (const path of ['a', 'b']) stage.touch(path, 'entry')
  expect(drain(stage)).toEqual([['-b']])
  expect([stage.outbox.pending, stage.outbox.unsettled(SETTLED_ATTEMPTS)]).toEqual([1, 0])
  isUnknown = false
  stage.clock.advance(5000)
  expect(drain(stage)).toEqual([['-a']])
})

test('a directory whose entries could not be looked at waits with them', () => {
  let isUnknown = true
  const stage = beginOutbox({}, { 'd/': 1, 'd/a': 2 }, { doubt: () => (isUnknown ? 'unknown' : undefined) })
  stage.touch('d', 'tree')
  expect(stage.next()).toBeUndefined()
  isUnknown = false
  stage.clock.advance(5000)
  expect(drain(stage).flat().toSorted()).toEqual(['-d', '-d/a'])
})

test('a directory is not deleted before all that could not be looked at in it was', () => {
  let isUnknown = true
  const doubt: OutboxOptions['doubt'] = ({ path }) => (isUnknown && path === 'd/a' ? 'unknown' : undefined)
  const stage = beginOutbox({}, { 'd/': 1, 'd/a': 2, 'd/b': 3 }, { doubt })
  stage.touch('d', 'tree')
  expect(drain(stage)).toEqual([['-d/b']])
  isUnknown = false
  stage.clock.advance(5000)
  expect(drain(stage).flat()).toEqual(['-d/a', '-d'])
})

test('what is in a directory that was held is held on when another, in the same inode, takes its place', () => {
  const held = { 'd/': 1, 'd/a': 2, 'd/b': 3, e: 4 }
  const stage = beginOutbox({ 'd/': 1.5, e: 4 }, held, { maxDelete: { share: 0.4, above: 0 } })
  const { seen } = stage.states.store
  const another = seen.get(ROOT_DIR, raw('d'))!
  seen.remove(ROOT_DIR, raw('d'))
  stage.touch('d', 'tree')
  expect(stage.next()).toBeUndefined()
  expect(stage.outbox.held).toBe(1)
  seen.put(ROOT_DIR, raw('d'), another)
  stage.touch('d', 'entry')
  expect(drain(stage)).toEqual([['~d']])
  expect(stage.outbox.held).toBe(2)
})

test('what is held is told of once, also when something on its way into it keeps it from being compared for a while', () => {
  const told: string[] = []
  const held = (paths: readonly string[]): void => void told.push(...paths)
  const stage = beginOutbox(
    { 'd/': 1, 'd/new': 5, e: 4 },
    { 'd/': 1, 'd/a': 2, 'd/b': 3, e: 4 },
    { maxDelete: { share: 0.4, above: 0 }, held },
  )
  const { seen } = stage.states.store
  const directory = seen.get(ROOT_DIR, raw('d'))!
  const lose = (): void => {
    seen.remove(ROOT_DIR, raw('d'))
    stage.touch('d', 'tree')
    expect(stage.next()).toBeUndefined()
  }
  lose()
  seen.put(ROOT_DIR, raw('d'), directory)
  stage.touch('d', 'tree')
  const parcel = stage.next()!
  lose()
  stage.confirm(parcel)
  expect(stage.next()).toBeUndefined()
  expect(told).toEqual(['d', 'd/a', 'd/b'])
})

test('what is held deep below a directory is held on when only the listing of that is compared', () => {
  const stage = beginOutbox(
    { 'b/': 1, 'b/x/': 2, e: 5 },
    { 'b/': 1, 'b/x/': 2, 'b/x/f': 3, 'b/x/g': 4, e: 5 },
    {
      maxDelete: { share: 0.2, above: 0 },
    },
  )
  stage.touch('b/x', 'tree')
  expect([stage.next(), stage.outbox.held]).toEqual([undefined, 2])
  stage.touch('b', 'listing')
  expect([stage.next(), stage.outbox.held]).toEqual([undefined, 2])
})

test('a state that contradicts itself keeps nobody busy: the same directory, and yet another one', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/b': 3 }, {})
  const entry = stage.states.store.seen.get(ROOT_DIR, raw('d'))!
  stage.states.acked.put(raw('d'), { ...entry, ino: 9 })
  stage.touch('d/b', 'entry')
  expect(stage.next()).toBeUndefined()
  expect(stage.outbox.nextAt).toBeGreaterThan(stage.clock.monotonic())
})

test('what waits for a directory that is in use is not asked for again and again', () => {
  const stage = beginOutbox({ 'd/': 1, 'd/b': 3, 'd/c': 4 }, { 'd/': 1, 'd/a': 2 }, { maxDelete: { share: 0, above: 0 } })
  stage.touch('d/c', 'entry')
  const parcel = stage.next(1)!
  expect(told(parcel.steps)).toEqual(['+d/c'])
  const { seen } = stage.states.store
  seen.put(ROOT_DIR, raw('d'), { ...seen.get(ROOT_DIR, raw('d'))!, ino: 9, birthMs: 9, stamp: 900 }) // it is another by now
  stage.touch('d', 'tree')
  expect(stage.next(1)).toBeUndefined() // the deletion of what is gone is held, and leaves no room for more at a time
  stage.confirm(parcel)
  expect(drain(stage, 1)).toEqual([['~d'], ['+d/b']])
})
