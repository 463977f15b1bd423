import fs from 'node:fs'
import path from 'node:path'
import { type HandlerContext, nameText, refuse, sourcePath } from '@clsync/core/handler'
import { codeOf, DESTINATION_GONE } from './failure.ts'

/** The directory that is written to, and the certainty that it still is the same one. */
export interface Destination {
  /** Absolute, free of symbolic links, as text. */
  readonly root: string
  /** Throws when the directory is gone or another one is in its place: unmounted, moved away, mounted over. */
  check(): void
  /** Whether it is not the one that was synced to before, and the user has accepted that. */
  readonly isNew: boolean
}

/**
 * Makes the destination when it is new. Refuses when it cannot be a directory, and when it is not the directory that it was
 * before the last stop: what was confirmed then is not in this one, and a mount point whose disk is missing must stay empty.
 */
export function openDestination(given: string, { stateDir, dryRun, isKnown, accept, log }: HandlerContext): Destination {
  const wanted = path.resolve(given)
  const record = path.join(stateDir, 'destination.json')
  const recorded = readRecord(record, wanted)
  const isNew = recorded !== undefined && isKnown && accept && !isStill(recorded, wanted)
  const before = isKnown && !isNew ? recorded : undefined
  if (!dryRun && before === undefined) make(wanted)
  const stat = lookAt(wanted)
  if (stat === undefined && dryRun) {
    log.info('would make the destination', { path: wanted })
    return { root: wanted, check: () => undefined, isNew }
  }
  if (stat !== undefined && !stat.isDirectory()) throw notADirectory(wanted)
  if (before !== undefined && !isStill(before, wanted)) throw anotherOne(wanted)
  const root = nameText(fs.realpathSync.native(wanted, 'buffer'))
  if (!dryRun && before === undefined && stat !== undefined) writeRecord(record, wanted, stat)
  return { root, check: () => check(root, stat), isNew }
}

function make(wanted: string): void {
  try {
    fs.mkdirSync(wanted, { recursive: true })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' || code === 'ENOTDIR') throw notADirectory(wanted, error)
    if (code === 'EACCES' || code === 'EPERM') {
      throw refuse({
        message: `The destination ${wanted} cannot be made: permission denied.`,
        fix: 'Make the directory yourself and give it to the user that runs clsync.',
        cause: error,
      })
    }
    throw error
  }
}

function lookAt(wanted: string): fs.BigIntStats | undefined {
  return fs.statSync(wanted, { bigint: true, throwIfNoEntry: false })
}

function check(root: string, before: fs.BigIntStats | undefined): void {
  const now = fs.statSync(sourcePath(root, ''), { bigint: true, throwIfNoEntry: false })
  if (now !== undefined && before !== undefined && now.dev === before.dev && now.ino === before.ino) return
  const what =
    now === undefined ? 'is gone' : 'is not the directory it was at the start (unmounted, or another one put in its place)'
  throw Object.assign(new Error(`The destination ${root} ${what}.`), { code: DESTINATION_GONE })
}

/** What tells a directory from another one across a reboot; device numbers do not last that long. */
interface Recorded {
  readonly destination: string
  readonly ino: string
  /** Nanoseconds; `0` where the file system has none. */
  readonly birth: string
  readonly fileSystem: number
}

function isStill(before: Recorded, wanted: string): boolean {
  const stat = lookAt(wanted)
  return stat !== undefined && isSame(before, stat, wanted)
}

function isSame(before: Recorded, now: fs.BigIntStats, wanted: string): boolean {
  const birth = String(now.birthtimeNs)
  return (
    before.ino === String(now.ino) &&
    before.fileSystem === fs.statfsSync(wanted).type &&
    (before.birth === birth || before.birth === '0' || birth === '0')
  )
}

/** `undefined` when there is none, or one of another destination. */
function readRecord(file: string, destination: string): Recorded | undefined {
  try {
    // Written by writeRecord below; anything else only fails the comparison.
    const record = JSON.parse(fs.readFileSync(file, 'utf8')) as Recorded
    return record.destination === destination ? record : undefined
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function writeRecord(file: string, destination: string, stat: fs.BigIntStats): void {
  const record: Recorded = {
    destination,
    ino: String(stat.ino),
    birth: String(stat.birthtimeNs),
    fileSystem: fs.statfsSync(destination).type,
  }
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`)
  fs.renameSync(`${file}.new`, file)
}

function notADirectory(wanted: string, cause?: unknown): Error {
  return refuse({
    message: `The destination ${wanted} is not a directory.`,
    fix: 'Name a directory, or move away what is there.',
    cause,
  })
}

function anotherOne(wanted: string): Error {
  return refuse({
    message: `The destination ${wanted} is not the directory that was synced to before: it was unmounted, removed or replaced.`,
    fix: 'Mount it or put it back. If it is meant to start anew, start again with --accept.',
  })
}
