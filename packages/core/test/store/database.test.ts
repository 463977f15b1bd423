import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'
import { copyDatabase, FILE, openDatabase, setAside } from '../../src/store/database.ts'
import { SCHEMA_VERSION } from '../../src/store/schema.ts'
import { closeDatabase } from '../../src/store/ending.ts'
import { seal } from '../../src/store/seal.ts'
import { createStore } from '../../src/store/store.ts'

let folder: TempTree
beforeEach(() => {
  folder = tempTree()
})
afterEach(() => folder.dispose())

const state = (): string => `${folder.root}/state`
const file = (): string => `${state()}/${FILE}`

test('a state is locked from its first opening to its end, and says by whom', () => {
  const { db } = openDatabase(state())
  db.exec("insert into meta (key, value) values ('known', 1)")
  expect(() => openDatabase(state())).toThrow(expect.objectContaining({ code: 'STATE_LOCKED' }))
  expect(() => openDatabase(state())).toThrow(`process ${process.pid}`)
  closeDatabase(db)
  const again = openDatabase(state())
  expect(again.db.prepare("select value from meta where key = 'known'").all()).toEqual([{ value: 1 }])
  again.db.close()
})

test('a state that was only just opened is locked already', () => {
  openDatabase(state()).db.close()
  const { db } = openDatabase(state())
  expect(() => openDatabase(state())).toThrow(expect.objectContaining({ code: 'STATE_LOCKED' }))
  db.close()
})

test('a clean end writes the counters down as they are', () => {
  const store = createStore(openDatabase(state()).db)
  store.transaction(() => void Object.assign(store.counters, { stamp: 10, directory: 20, horizonMs: 5000 }))
  store.transaction(() => void (store.counters.horizonMs = 5300))
  store.close()
  const { db } = openDatabase(state())
  expect(createStore(db).counters).toMatchObject({ stamp: 10, directory: 20, horizonMs: 5300 })
  db.close()
})

test('a state of a newer version is not touched', () => {
  openDatabase(state()).db.close()
  const newer = new DatabaseSync(file())
  newer.exec(`pragma user_version = ${SCHEMA_VERSION + 1}; create table more (a)`)
  newer.close()
  const before = fs.readFileSync(file())
  expect(() => openDatabase(state())).toThrow(expect.objectContaining({ code: 'STATE_TOO_NEW' }))
  expect(fs.readFileSync(file())).toEqual(before)
})

test('a start that fails when the database stands open leaves it as sound as it was', () => {
  openDatabase(state()).db.close()
  createStore(openDatabase(state()).db).close()
  const owner = `${state()}/owner`
  fs.rmSync(owner)
  fs.mkdirSync(owner) // as good as a disk that is full
  expect(() => openDatabase(state())).toThrow(expect.objectContaining({ code: 'STATE_DIR_UNUSABLE' }))
  fs.rmdirSync(owner)
  const { db, damaged } = openDatabase(state())
  expect(damaged).toBeUndefined()
  db.close()
})

test('a start that fails after a crash does not make the log be missed that it has brought in', () => {
  const { db: killed } = openDatabase(state())
  killed.exec("insert into meta (key, value) values ('known', 1)")
  fs.cpSync(state(), `${folder.root}/copy`, { recursive: true })
  killed.close()
  fs.rmSync(`${folder.root}/copy/owner`)
  fs.mkdirSync(`${folder.root}/copy/owner`) // as good as a disk that is full
  expect(() => openDatabase(`${folder.root}/copy`)).toThrow(expect.objectContaining({ code: 'STATE_DIR_UNUSABLE' }))
  fs.rmdirSync(`${folder.root}/copy/owner`)
  const { db, damaged } = openDatabase(`${folder.root}/copy`)
  expect(damaged).toBeUndefined()
  expect(db.prepare("select value from meta where key = 'known'").get()).toEqual({ value: 1 })
  db.close()
})

test('a state that could not be closed in order is not missed its log, which is brought in at the end of the process', () => {
  const { db } = openDatabase(state())
  db.exec("insert into meta (key, value) values ('known', 1); pragma query_only = on") // as good as a disk that is full
  expect(() => closeDatabase(db)).toThrow('readonly')
  const again = openDatabase(state())
  expect(again.damaged).toBeUndefined()
  expect(again.db.prepare("select value from meta where key = 'known'").get()).toEqual({ value: 1 })
  again.db.close()
})

test('a place that cannot be a directory is named', () => {
  folder.write('state', 'a file')
  expect(() => openDatabase(state())).toThrow(expect.objectContaining({ code: 'STATE_DIR_UNUSABLE' }))
})

test('what is no database is set aside, and a new one begun', () => {
  folder.write('state/state.db', 'no database at all, and long enough to be taken for one by its size'.repeat(100))
  const { db, damaged } = openDatabase(state())
  expect(fs.readFileSync(damaged!, 'utf8')).toMatch(/^no database/)
  expect(db.prepare('select count(*) as rows from seen').get()).toEqual({ rows: 0 })
  db.close()
})

test('a damaged file is set aside with its log, which is not for the next one', () => {
  for (const suffix of ['', '-wal', '-shm']) folder.write(`state.db${suffix}`, `state${suffix}`)
  const aside = setAside(`${folder.root}/state.db`)
  expect(['', '-wal', '-shm'].map((suffix) => fs.readFileSync(aside + suffix, 'utf8'))).toEqual([
    'state',
    'state-wal',
    'state-shm',
  ])
  expect(fs.readdirSync(folder.root).filter((name) => !name.includes('damaged'))).toEqual([])
})

test('a file that was damaged and that nobody had closed is found out', () => {
  filled({ isClosed: false })
  damage()
  const { db, damaged } = openDatabase(state())
  expect(damaged).toBeDefined()
  expect(db.prepare("select count(*) as rows from meta where key like 'key %'").get()).toEqual({ rows: 0 })
  db.close()
})

test('so is one that was damaged after it was closed, but not what the seal fits', () => {
  filled({ isClosed: true })
  damage()
  seal(file())
  const sealed = openDatabase(state())
  expect(sealed.damaged).toBeUndefined()
  createStore(sealed.db).close()
  damage(0x0f)
  const { db, damaged } = openDatabase(state())
  expect(damaged).toBeDefined()
  db.close()
})

test('a state whose log was lost is found out', () => {
  const { db } = openDatabase(state())
  createStore(db).transaction(() => undefined)
  const bytes = fs.readFileSync(file())
  db.close()
  fs.writeFileSync(file(), bytes)
  const { db: next, damaged } = openDatabase(state())
  expect(damaged).toBeDefined()
  next.close()
})

test('a damaged file is not taken for one of another version', () => {
  for (const version of [SCHEMA_VERSION + 1, 0, -5]) {
    filled({ isClosed: true })
    const other = new DatabaseSync(file())
    other.exec(`pragma user_version = ${version}`)
    other.close()
    const { db, damaged } = openDatabase(state())
    expect(damaged).toBeDefined()
    db.close()
  }
})

test('a dry run works on a copy', () => {
  const { db } = openDatabase(state())
  const store = createStore(db)
  store.transaction(() => store.writeText('root', 'known'))
  store.close()
  const copy = createStore(copyDatabase(state()))
  expect(copy.readText('root')).toBe('known')
  copy.transaction(() => copy.writeText('root', 'changed'))
  copy.close()
  const after = createStore(openDatabase(state()).db)
  expect(after.readText('root')).toBe('known')
  after.close()
})

/** A state of some pages, closed cleanly by its last owner, or not; its log is written back either way. */
function filled({ isClosed }: { isClosed: boolean }): void {
  const { db } = openDatabase(state())
  const store = createStore(db)
  store.transaction(() => {
    for (let at = 0; at < 2000; at++) store.writeText(`key ${at}`, 'x'.repeat(50))
  })
  store.close()
  const running = openDatabase(state())
  const reopened = createStore(running.db)
  if (isClosed) reopened.close()
  else running.db.close()
}

/** Overwrites pages in the middle. */
function damage(byte = 0xff): void {
  const { size } = fs.statSync(file())
  const fd = fs.openSync(file(), 'r+')
  fs.writeSync(fd, Buffer.alloc(3 * 4096, byte), 0, 3 * 4096, Math.floor(size / 2 / 4096) * 4096)
  fs.closeSync(fd)
}
