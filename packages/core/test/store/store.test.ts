import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DOUBT } from '../../src/model/acked.ts'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { RawPath } from '../../src/model/path.ts'
import { LIMBO, type SeenEntry } from '../../src/model/seen.ts'
import { migrate } from '../../src/store/schema.ts'
import { createStore, type Store } from '../../src/store/store.ts'

let db: DatabaseSync
let store: Store
beforeEach(() => {
  db = new DatabaseSync(':memory:')
  migrate(db)
  store = createStore(db)
})
afterEach(() => db.close())

const raw = (path: string): RawPath => path as RawPath // ASCII
const file: SeenEntry = {
  ...{ kind: 'file', id: 0, stamp: 1, content: 1, dev: 0, ino: 2 ** 60, birthMs: 3.25, nlink: 1, sizeBytes: 2 ** 40 },
  ...{ mtimeMs: 1.5, ctimeMs: 2.5, mode: 0o644, uid: 0, gid: 0 },
}
const held = { kind: 'file', id: 0, dev: 0, ino: 5, birthMs: 1, stamp: 1, content: 1 } as const

function fail(work: () => void): void {
  expect(() =>
    store.transaction(() => {
      work()
      throw new Error('The disk is full.')
    }),
  ).toThrow('full')
}

test('what a transaction did is taken back when it fails, counters and targets too', () => {
  const record = store.target('backup', 'here')
  store.transaction(() => {
    store.seen.put(ROOT_DIR, raw('a'), file)
    record.met = true
    record.dirty = false
    record.acked.put(ROOT_DIR, raw('a'), held)
    store.counters.horizonMs = 1000
  })
  const before = record.acked.rollbacks
  fail(() => {
    store.seen.put(ROOT_DIR, raw('b'), file)
    record.acked.put(ROOT_DIR, raw('b'), held)
    record.dirty = true
    store.counters.horizonMs = 2000
  })
  expect(store.seen.get(ROOT_DIR, raw('a'))).toMatchObject(file)
  expect([store.seen.get(ROOT_DIR, raw('b')), record.acked.get(ROOT_DIR, raw('b'))]).toEqual([undefined, undefined])
  expect([store.seen.entries, record.acked.entries, record.dirty, store.counters.horizonMs]).toEqual([1, 1, false, 1000])
  expect(record.acked.rollbacks).toBe(before + 1)
  store.transaction(() => store.writeText('root', 'works on'))
  expect(store.readText('root')).toBe('works on')
})

test('a transaction that fails when it is committed has done nothing, either', () => {
  db.exec(`pragma foreign_keys = on; create table one (id integer primary key);
    create table other (one references one (id) deferrable initially deferred)`)
  const record = store.target('backup', 'here')
  store.transaction(() => (record.dirty = false))
  const work = (): void => {
    store.seen.put(ROOT_DIR, raw('a'), file)
    record.acked.put(ROOT_DIR, raw('a'), held)
    Object.assign(store.counters, { stamp: store.counters.stamp + 1, horizonMs: 1000 })
    record.dirty = true
    db.exec('insert into other values (99)') // is found wrong at the commit, as a full disk is
  }
  expect(() => store.transaction(work)).toThrow('FOREIGN KEY')
  expect([store.seen.entries, record.acked.entries, record.dirty, store.counters.horizonMs]).toEqual([0, 0, false, 0])
  store.transaction(() => (record.dirty = true))
  const next = createStore(db).counters
  expect([next.stamp >= store.counters.stamp, next.entries, next.horizonMs]).toEqual([true, 0, 0])
  expect(createStore(db).target('backup', 'here').dirty).toBe(true)
})

test('stamps and ids are given out once, also after a rollback', () => {
  store.transaction(() => Object.assign(store.counters, { stamp: 10, directory: 20 }))
  fail(() => Object.assign(store.counters, { stamp: 15, directory: 25 }))
  expect(store.counters).toMatchObject({ stamp: 15, directory: 25 })
})

test('no number is given out twice after a crash, and the horizon is not ahead', () => {
  const take = (stamp: number, horizonMs: number): void =>
    store.transaction(() => void Object.assign(store.counters, { stamp, directory: 2 * stamp, horizonMs }))
  for (const [stamp, horizonMs] of [
    [10, 5000],
    [11, 5400],
    [900, 5999],
    [2500, 6000],
    [2501, 5990], // the clock was set back
  ] as const) {
    take(stamp, horizonMs)
    const next = createStore(db).counters
    expect(next.stamp).toBeGreaterThanOrEqual(stamp)
    expect(next.directory).toBeGreaterThanOrEqual(2 * stamp)
    expect(next.horizonMs).toBeLessThanOrEqual(horizonMs)
    expect(next.horizonMs).toBeGreaterThan(horizonMs - 1000)
  }
})

test('a transaction that gives out few numbers writes no counter', () => {
  store.transaction(() => void Object.assign(store.counters, { stamp: 10, horizonMs: 5000 }))
  const changes = (): unknown => db.prepare('select total_changes() as changes').get()!['changes']
  const before = changes()
  store.transaction(() => void Object.assign(store.counters, { stamp: 11, horizonMs: 5300 }))
  expect(changes()).toBe(before)
})

test('entries in limbo are not counted, and each is counted once when it has a place again', () => {
  store.seen.put(ROOT_DIR, raw('a'), file)
  store.seen.put(ROOT_DIR, raw('a'), { ...file, mode: 0o600 })
  store.seen.put(ROOT_DIR, raw('b'), file)
  expect(store.seen.move(ROOT_DIR, raw('a'), LIMBO, raw('1'))).toBe(true)
  expect(store.seen.entries).toBe(1)
  expect(store.seen.move(LIMBO, raw('1'), ROOT_DIR, raw('c'))).toBe(true)
  expect(store.seen.move(LIMBO, raw('1'), ROOT_DIR, raw('d'))).toBe(false)
  store.seen.move(ROOT_DIR, raw('b'), LIMBO, raw('2'))
  store.seen.remove(LIMBO, raw('2'))
  expect(store.seen.list(ROOT_DIR).map(({ name }) => name)).toEqual(['c'])
  expect(store.seen.entries).toBe(1)
})

test('a target is found again by its name and where it is', () => {
  const record = store.target('backup', 'here')
  store.transaction(() => {
    record.met = true
    record.dirty = false
    record.acked.put(ROOT_DIR, raw('a'), held)
    record.begin('batch', [['a', 'b'], ['c']])
  })
  const again = createStore(db).target('backup', 'here')
  expect([again.met, again.dirty, again.acked.entries]).toEqual([true, false, 1])
  expect(again.interrupted()).toEqual([{ batch: 'batch', changes: [['a', 'b'], ['c']] }])
  again.end('batch')
  expect(again.interrupted()).toEqual([])
})

test('the same name elsewhere is another target: nothing is held there, and nothing in flight', () => {
  const record = store.target('backup', 'here')
  store.transaction(() => {
    record.met = true
    record.acked.put(ROOT_DIR, raw('a'), held)
    record.begin('batch', [['a']])
  })
  const other = createStore(db).target('backup', 'there')
  expect([other.met, other.dirty, other.acked.entries, other.acked.list(ROOT_DIR)]).toEqual([false, true, 0, []])
  expect(db.prepare('select count(*) as rows from flight').get()).toEqual({ rows: 0 })
  expect(db.prepare('select count(*) as rows from acked').get()).toEqual({ rows: 0 })
})

test('a target that is forgotten holds nothing and is met again', () => {
  const [record, other] = [store.target('backup', 'here'), store.target('other', 'there')]
  store.transaction(() => {
    for (const { acked } of [record, other]) acked.put(ROOT_DIR, raw('a'), { ...held, stamp: DOUBT })
    Object.assign(record, { met: true, dirty: false })
  })
  store.transaction(() => record.forget())
  expect([record.met, record.dirty, record.acked.entries, record.acked.list(ROOT_DIR)]).toEqual([false, true, 0, []])
  expect(other.acked.entries).toBe(1)
})
