import type { DatabaseSync } from 'node:sqlite'

/** Raised with each step added to {@link STEPS}. */
export const SCHEMA_VERSION = 1

/** Brings a database of an older version (or an empty one) up to date, in one transaction. */
export function migrate(db: DatabaseSync): void {
  const { user_version: from } = db.prepare('pragma user_version').get() as { user_version: number }
  if (from === SCHEMA_VERSION) return
  db.exec('begin')
  try {
    for (const step of STEPS.slice(from)) db.exec(step)
    db.exec(`pragma user_version = ${SCHEMA_VERSION}`)
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
    throw error
  }
}

/** Step n leads from version n to n + 1. A released step is never edited. Numbers above 2^53 must not be read as integers: REAL. */
const STEPS = [
  `create table meta (key text primary key, value) without rowid;
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
   create table flight (target integer not null, batch text not null, changes text not null, primary key (target, batch)) without rowid;`,
]
