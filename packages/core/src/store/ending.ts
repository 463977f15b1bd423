import type { DatabaseSync } from 'node:sqlite'
import { seal } from './seal.ts'

/**
 * From here on the file alone does not say what the state is, but together with its log (`-wal`). Written through to the file, so
 * that it shows when the log is lost.
 */
export function markOpened(db: DatabaseSync): void {
  mark(db, 0)
  db.exec('pragma wal_checkpoint(truncate)')
}

/** Whether the file was never closed, so that there has to be a log. */
export function isMarkedOpened(db: DatabaseSync): boolean {
  return db.prepare("select value from meta where key = 'closed'").get()?.['value'] === 0
}

/** Everything is in the file then, and it is sealed. */
export function closeDatabase(db: DatabaseSync): void {
  mark(db, 1)
  const file = db.location()
  db.close()
  if (file !== null) seal(file)
}

function mark(db: DatabaseSync, closed: 0 | 1): void {
  db.prepare("insert or replace into meta (key, value) values ('closed', ?)").run(closed)
}
