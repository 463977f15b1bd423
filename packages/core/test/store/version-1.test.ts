import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { RawPath } from '../../src/model/path.ts'
import { copyDatabase, FILE, openDatabase } from '../../src/store/database.ts'
import { createStore, type Store } from '../../src/store/store.ts'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'

/**
 * A state of schema 1 as clsync 0.1 has written it. It is never edited: what users have on their disks has to open and to mean
 * the same for ever.
 */
const VERSION_1 = `
create table meta (key text primary key, value) without rowid;
   create table seen (
     parent integer not null, name text not null, kind integer not null, id integer not null,
     size real not null, mtime real not null, ctime real not null, birth real not null, mode integer not null,
     uid integer not null, gid integer not null, dev real not null, ino real not null, nlink integer not null,
     stamp integer not null, content integer not null, primary key (parent, name)) without rowid;
   create index seen_ino on seen (ino);
   create index seen_directory on seen (id) where id > 0;
   create table target (
     id integer primary key, name text not null unique, identity text not null, met integer not null,
     dirty integer not null, entries integer not null);
   create table acked (
     target integer not null, parent integer not null, name text not null, kind integer not null, id integer not null,
     dev real not null, ino real not null, birth real not null, stamp integer not null, content integer not null,
     primary key (target, parent, name)) without rowid;
   create table flight (target integer not null, batch text not null, changes text not null, primary key (target, batch)) without rowid;
insert into meta values ('stamp', 9), ('directory', 5), ('entries', 4), ('horizonMs', 1790000000000.25),
  ('root', '{"ino":2,"birthMs":1780000000000.5,"type":61267,"dev":2049}'), ('held mirror', '3');
insert into seen values (1, 'd', 2, 2, 4096, 1.5, 2.5, 0.5, 493, 0, 0, 0, 18446744073709550000, 3, 2, 1);
insert into seen values (1, 'f', 1, 0, 9007199254740994, 1.25, 2.25, 0.25, 420, 1000, 1000, 0, 12, 1, 4, 3);
insert into seen values (2, 'l' || char(255), 3, 0, 4, 1, 2, 0, 511, 0, 0, 0, 13, 1, 5, 5);
insert into seen values (2, 'o', 4, 0, 0, 1, 2, 0, 420, 0, 0, 7, 14, 1, 6, 6);
insert into seen values (0, '1', 1, 0, 1, 1, 2, 0, 420, 0, 0, 0, 15, 1, 7, 7);
insert into target values (1, 'mirror', 'mirror:/mnt/copy', 1, 1, 3);
insert into acked values (1, 1, 'd', 2, 3, 0, 18446744073709550000, 0.5, 2, 1);
insert into acked values (1, 3, 'x', 0, 4, 0, 0, 0, -1, -1);
insert into acked values (1, 4, 'y', 1, 0, 0, 12, 0.25, 4, 3);
insert into flight values (1, 'b1', '[["d/o"],["d/new","d/old"]]');
pragma user_version = 1;
`

let folder: TempTree
beforeEach(() => {
  folder = tempTree({ state: null })
  const db = new DatabaseSync(`${folder.root}/state/${FILE}`)
  db.exec('pragma journal_mode = wal')
  db.exec(VERSION_1)
  db.close()
})
afterEach(() => folder.dispose())

test('a state of version 1 opens and means what it meant', () => {
  const { db, damaged } = openDatabase(`${folder.root}/state`)
  expect(damaged).toBeUndefined()
  const store = createStore(db)
  expectMeaning(store)
  store.close()
  const again = openDatabase(`${folder.root}/state`)
  expect(again.damaged).toBeUndefined()
  const next = createStore(again.db)
  expectMeaning(next)
  next.close()
  expect(fs.readdirSync(`${folder.root}/state`).toSorted()).toEqual(['owner', FILE, `${FILE}-sum`])
})

test('so it does in a dry run', () => {
  expectMeaning(createStore(copyDatabase(`${folder.root}/state`)))
})

function expectMeaning(store: Store): void {
  expect(store.counters).toEqual({ stamp: 9, directory: 5, entries: 4, horizonMs: 1790000000000.25 })
  expect(JSON.parse(store.readText('root')!)).toEqual({ ino: 2, birthMs: 1780000000000.5, type: 61267, dev: 2049 })
  expect(store.readText('held mirror')).toBe('3')
  expect(
    store.seen
      .list(ROOT_DIR)
      .map(({ name, kind, id, sizeBytes, ino, stamp, content }) => [name, kind, id, sizeBytes, ino, stamp, content]),
  ).toEqual([
    ['d', 'directory', 2, 4096, 18446744073709550000, 2, 1],
    ['f', 'file', 0, 9007199254740994, 12, 4, 3],
  ])
  expect(store.seen.list(2)).toMatchObject([
    { name: 'l\xff', kind: 'symlink', mode: 0o777 },
    { name: 'o', kind: 'other', dev: 7 },
  ])
  expect(store.seen.list(0)).toHaveLength(1)
  const record = store.target('mirror', 'mirror:/mnt/copy')
  expect(record).toMatchObject({ met: true, dirty: true })
  expect(record.acked.entries).toBe(3)
  expect(record.acked.get(ROOT_DIR, 'd' as RawPath)).toMatchObject({ kind: 'directory', id: 3, stamp: 2 })
  expect(record.acked.get(3, 'x' as RawPath)).toMatchObject({ kind: 'unknown', id: 4, stamp: -1 })
  expect(record.acked.get(4, 'y' as RawPath)).toMatchObject({ kind: 'file', birthMs: 0.25, content: 3 })
  expect(record.interrupted()).toEqual([{ batch: 'b1', changes: [['d/o'], ['d/new', 'd/old']] }])
}
