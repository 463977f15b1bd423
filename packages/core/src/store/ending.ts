import fs from 'node:fs'
import path from 'node:path'
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

/** Everything is in the file then, and it is sealed. Throws, having closed it all the same, when that could not be written down. */
export function closeDatabase(db: DatabaseSync): void {
  const file = db.location()
  try {
    mark(db, 1)
  } catch (error) {
    db.close()
    if (file !== null) forgetOwner(path.dirname(file))
    throw error
  }
  db.close()
  if (file !== null) seal(file)
}

/** Says whose the state is, while its log is there. */
export function ownerFile(stateDir: string): string {
  return path.join(stateDir, 'owner')
}

/** The log was brought in although the file does not say so: it must not be missed at the next start. Needs no space. */
export function forgetOwner(stateDir: string): void {
  try {
    fs.rmSync(ownerFile(stateDir), { force: true })
  } catch {
    // At worst the log is missed at the next start.
  }
}

function mark(db: DatabaseSync, closed: 0 | 1): void {
  db.prepare("insert or replace into meta (key, value) values ('closed', ?)").run(closed)
}
