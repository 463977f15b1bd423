import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ClsyncError } from '../model/error.ts'
import { migrate, SCHEMA_VERSION } from './schema.ts'
import { closeDatabase, isMarkedOpened, markOpened, forgetOwner, ownerFile } from './ending.ts'
import { breakSeal, sealState, type SealState } from './seal.ts'
import { contradiction } from './soundness.ts'

export interface OpenedDatabase {
  readonly db: DatabaseSync
  /** Where a damaged database was put, when there was one. */
  readonly damaged: string | undefined
}

/**
 * Opens the state database and locks it for this process. The lock is the kernel's, so that of a dead owner is gone with it.
 * A damaged database is set aside and a new one begun. Throws STATE_LOCKED, STATE_TOO_NEW, STATE_DIR_UNUSABLE.
 */
export function openDatabase(stateDir: string): OpenedDatabase {
  const file = path.join(stateDir, FILE)
  try {
    fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unusable(stateDir, error)
  }
  try {
    return { db: open(file, stateDir), damaged: undefined }
  } catch (error) {
    if (!isDamage(error)) throw error
    const damaged = setAside(file)
    return { db: open(file, stateDir), damaged }
  }
}

/**
 * A copy of the state that is thrown away, for a dry run: it starts from what is known and remembers nothing. Throws as
 * {@link openDatabase}.
 */
export function copyDatabase(stateDir: string): DatabaseSync {
  if (!fs.existsSync(path.join(stateDir, FILE))) {
    const empty = new DatabaseSync(':memory:')
    migrate(empty)
    return empty
  }
  const { db } = openDatabase(stateDir)
  const copy = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-dry-run-')), FILE)
  try {
    db.prepare('vacuum into ?').run(copy)
    const opened = new DatabaseSync(copy)
    opened.exec('pragma journal_mode = memory')
    return opened
  } finally {
    closeDatabase(db)
    fs.rmSync(path.dirname(copy), { recursive: true, force: true }) // it lives on as long as it is open
  }
}

/** Whether an error of the database says that its file is no sound database. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number } | undefined)?.errcode
  return code !== undefined && DAMAGE.has(code & 0xff)
}

/** Renames a damaged database and its companions; returns the new name. */
export function setAside(file: string): string {
  const target = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (fs.existsSync(file + suffix)) fs.renameSync(file + suffix, target + suffix)
  }
  return target
}

export const FILE = 'state.db'
const SQLITE_CORRUPT = 11
/** SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT. */
const DAMAGE = new Set([SQLITE_CORRUPT, 26, 24])
const BUSY = new Set([5, 6])

function open(file: string, stateDir: string): DatabaseSync {
  let db: DatabaseSync
  const state = sealState(file)
  const owner = ownerFile(stateDir)
  // Whoever failed to start has brought the log in, and has left no owner.
  const isLogLost = fs.existsSync(owner) && !fs.existsSync(`${file}-wal`)
  try {
    db = new DatabaseSync(file)
  } catch (error) {
    throw isDamage(error) ? error : unusable(stateDir, error)
  }
  try {
    // EXCLUSIVE keeps the file lock from the first write on, and the WAL index in memory.
    db.exec(`pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;
      pragma cache_size = -${CACHE_KIB}; pragma temp_store = memory; pragma wal_autocheckpoint = 2000`)
    db.exec('begin immediate; commit')
    verify(db, stateDir, state, isLogLost)
    migrate(db)
    fs.writeFileSync(owner, `${process.pid}\n`)
    breakSeal(file)
    // Last: when something fails the log goes with the close below, and then it must not be missed at the next start.
    markOpened(db)
    return db
  } catch (error) {
    db.close()
    const code = (error as { errcode?: number }).errcode
    if (code !== undefined && BUSY.has(code & 0xff)) throw locked(stateDir)
    if (error instanceof ClsyncError || isDamage(error)) throw error
    // Needs no space. Nobody else runs the task, as the lock was ours.
    if (!fs.existsSync(`${file}-wal`)) forgetOwner(stateDir)
    throw unusable(stateDir, error)
  }
}

/** Page cache, in KiB. */
const CACHE_KIB = 16_000

function verify(db: DatabaseSync, stateDir: string, state: SealState, isLogLost: boolean): void {
  const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number }
  // What was changed behind clsync's back may have any number.
  if (version > SCHEMA_VERSION && state !== 'broken') {
    throw new ClsyncError('STATE_TOO_NEW', {
      message: `The state in ${stateDir} was written by a newer clsync (schema ${version}; this one knows ${SCHEMA_VERSION}).`,
      fix: 'Update clsync, or name another directory with --state-dir.',
    })
  }
  if (state === 'whole') return
  const row = db.prepare('pragma quick_check(1)').get() as { quick_check: string }
  if (row.quick_check !== 'ok') throw damage(row.quick_check)
  if (version === 0 && db.prepare('select 1 from sqlite_master limit 1').get() === undefined) return // new
  const wrong = version === SCHEMA_VERSION ? contradiction(db) : 'its version is none that there ever was'
  if (wrong !== undefined) throw damage(wrong)
  if (isLogLost && isMarkedOpened(db)) throw damage('its log is not there')
}

function damage(what: string): Error {
  return Object.assign(new Error(what), { errcode: SQLITE_CORRUPT })
}

function locked(stateDir: string): ClsyncError {
  let owner = ''
  try {
    owner = fs.readFileSync(ownerFile(stateDir), 'utf8').trim()
  } catch {
    // The owner has not written its number yet.
  }
  return new ClsyncError('STATE_LOCKED', {
    message: `Another clsync${owner === '' ? '' : ` (process ${owner})`} is running this task.`,
    why: `It holds the lock of ${stateDir}.`,
    fix: `Stop it first${owner === '' ? '' : `: kill ${owner}`}; or give this task a state directory of its own with --state-dir.`,
  })
}

/** Whether an error is the database's own: it could not be read or written. */
export function isOfDatabase(error: unknown): boolean {
  return (error as { errcode?: number } | undefined)?.errcode !== undefined
}

export function unusable(stateDir: string, cause: unknown): ClsyncError {
  return new ClsyncError('STATE_DIR_UNUSABLE', {
    message: `The state directory ${stateDir} cannot be used: ${(cause as Error).message}.`,
    fix: 'Make it writable, or name another one with --state-dir.',
    cause,
  })
}
