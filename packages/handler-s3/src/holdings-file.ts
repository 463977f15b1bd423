import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The database of the holdings, opened. */
export interface HoldingsFile {
  readonly db: DatabaseSync
  close(): void
}

/** Opens it in the state directory, or a copy of it for a dry run. One that cannot be read is begun anew. */
export function openHoldingsFile(stateDir: string, dryRun: boolean): HoldingsFile {
  const file = path.join(stateDir, 'holdings.db')
  if (dryRun) return openCopy(file)
  fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  let db: DatabaseSync
  try {
    db = open(file)
  } catch (error) {
    if (!isDamage(error)) throw error
    for (const suffix of ['', '-wal', '-shm']) fs.rmSync(file + suffix, { force: true })
    db = open(file)
  }
  return { db, close: () => db.close() }
}

function openCopy(file: string): HoldingsFile {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-s3-'))
  const copy = path.join(folder, 'holdings.db')
  if (fs.existsSync(file)) {
    const original = new DatabaseSync(file, { readOnly: true })
    original.prepare('vacuum into ?').run(copy)
    original.close()
  }
  const db = open(copy)
  return {
    db,
    close() {
      db.close()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cell_size_check = on')
    const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number }
    if (version === 0) db.exec(SCHEMA)
    const { quick_check: sound } = db.prepare('pragma quick_check(1)').get() as { quick_check: string }
    if (sound !== 'ok') throw Object.assign(new Error(sound), { errcode: CORRUPT })
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const SCHEMA = `
  begin;
  create table object (
    key text primary key, state text not null, size real not null, etag text not null, digest text not null,
    part integer not null, posix text not null, headers text not null) without rowid;
  create index object_doomed on object (key) where state = 'doomed';
  create table intent (key text primary key) without rowid;
  create table upload (key text not null, id text not null, begun real not null, primary key (key, id)) without rowid;
  create table changed (key text primary key, deleted integer not null) without rowid;
  create table link (path text primary key, target text not null) without rowid;
  create table note (name text primary key, value text not null) without rowid;
  pragma user_version = 1;
  commit`

const CORRUPT = 11
const NOT_A_DATABASE = 26

function isDamage(error: unknown): boolean {
  const code = (error as { readonly errcode?: number } | undefined)?.errcode
  return code === CORRUPT || code === NOT_A_DATABASE
}
