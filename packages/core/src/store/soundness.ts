import { DatabaseSync } from 'node:sqlite'
import { DOUBT } from '../model/acked.ts'
import { ROOT_DIR } from '../model/entry.ts'
import { LIMBO } from '../model/seen.ts'
import { migrate } from './schema.ts'

/**
 * Whether the rows of a state contradict each other; `undefined` when they do not. What SQLite takes for a sound file may still
 * hold a directory within itself, rows of no directory, names that lead out of the tree, or fewer rows than were counted. Some
 * passes over the tables, nothing is read into memory but directories.
 */
export function contradiction(db: DatabaseSync): string | undefined {
  if (schemaOf(db) !== freshSchema()) return 'its tables are not those that clsync makes'
  const counters = readCounters(db)
  if (counters === undefined) return 'the counters are no numbers'
  const targets = db.prepare('select id, entries from target').all() as unknown as TargetRow[]
  const trees: Tree[] = [
    { table: 'seen', where: '', entries: counters.entries, tops: [ROOT_DIR, LIMBO] },
    ...targets.map(({ id, entries }): Tree => ({ table: 'acked', where: `target = ${id} and`, entries, tops: [ROOT_DIR] })),
  ]
  for (const tree of trees) {
    const wrong = wrongRows(db, tree, counters)
    if (wrong !== undefined) return wrong
  }
  return wrongTargets(db) ?? wrongFlight(db) ?? wrongRoot(db)
}

function schemaOf(db: DatabaseSync): string {
  return JSON.stringify(db.prepare('select type, name, sql from sqlite_master order by name').all())
}

function freshSchema(): string {
  const fresh = new DatabaseSync(':memory:')
  try {
    migrate(fresh)
    return schemaOf(fresh)
  } finally {
    fresh.close()
  }
}

interface TargetRow {
  readonly id: number
  readonly entries: number
}

/** The rows of one table that make a tree. */
interface Tree {
  readonly table: 'seen' | 'acked'
  /** Ends in `and`. */
  readonly where: string
  /** As many as were counted. */
  readonly entries: number
  /** Directories without a row of their own. */
  readonly tops: readonly number[]
}

interface Counters {
  readonly stamp: number
  readonly directory: number
  readonly entries: number
}

function readCounters(db: DatabaseSync): Counters | undefined {
  const rows = db.prepare("select key, value from meta where key in ('stamp', 'directory', 'entries', 'horizonMs')").all()
  const values = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  if (Object.values(values).some((value) => typeof value !== 'number')) return undefined
  return { stamp: 0, directory: ROOT_DIR, entries: 0, ...values }
}

/** What is wrong with the rows of one tree. */
function wrongRows(db: DatabaseSync, tree: Tree, { stamp, directory }: Counters): string | undefined {
  const { table, where, entries, tops } = tree
  // Text and blobs are above every number, so that they are found as well.
  const odd = db
    .prepare(
      `select 1 from ${table} where ${where} not (kind between ${table === 'seen' ? 1 : 0} and 4 and id between 0 and ? and parent between 0 and ?
        and stamp between ${DOUBT} and ? and content between ${DOUBT} and ? and instr(name, '/') = 0 and name > '' and name not in ('.', '..'))
        ${table === 'seen' ? 'or (kind = 2) <> (id > 0)' : ''} limit 1`,
    )
    .get(directory, directory, stamp, stamp)
  if (odd !== undefined) return `${table} holds what was never written there`
  const { rows } = db.prepare(`select count(*) as rows from ${table} where ${where} true`).get() as { rows: number }
  const limbo =
    table === 'seen'
      ? (db.prepare(`select count(*) as rows from seen where parent = ${LIMBO}`).get() as { rows: number }).rows
      : 0
  if (rows - limbo !== entries) return `${table} holds ${rows - limbo} entries, and ${entries} were counted`
  return wrongDirectories(db, tree, tops)
}

/** Each directory has one place, and each place leads up to the root. */
function wrongDirectories(db: DatabaseSync, { table, where }: Tree, tops: readonly number[]): string | undefined {
  const parents = new Map<number, number>()
  for (const [id, parent] of pairs(db, `select id, parent from ${table} where ${where} id > 0`)) {
    if (id === ROOT_DIR || parents.has(id!)) return `${table} holds a directory in two places`
    parents.set(id!, parent!)
  }
  const good = new Set(tops)
  for (const start of parents.keys()) {
    const way = new Set<number>()
    for (let at = start; !good.has(at); at = parents.get(at)!) {
      if (way.has(at) || !parents.has(at)) return `${table} holds a directory that is not below the root`
      way.add(at)
    }
    for (const at of way) good.add(at)
  }
  for (const [parent] of pairs(db, `select distinct parent from ${table} where ${where} true`)) {
    if (!good.has(parent!)) return `${table} holds entries of no directory`
  }
  return undefined
}

function pairs(db: DatabaseSync, sql: string): Iterable<number[]> {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement.iterate() as unknown as Iterable<number[]>
}

function wrongTargets(db: DatabaseSync): string | undefined {
  const stray = db.prepare('select 1 from acked where target not in (select id from target) limit 1').get()
  const odd = db
    .prepare(
      "select 1 from target where met not in (0, 1) or dirty not in (0, 1) or typeof(name) <> 'text' or typeof(identity) <> 'text' limit 1",
    )
    .get()
  return stray === undefined && odd === undefined ? undefined : 'a target is not as it was written'
}

function wrongFlight(db: DatabaseSync): string | undefined {
  for (const { changes } of db.prepare('select changes from flight').iterate()) {
    const parsed = parse(changes)
    const isGood =
      Array.isArray(parsed) &&
      parsed.every((change) => Array.isArray(change) && change.length > 0 && change.length < 3 && change.every(isPath))
    if (!isGood) return 'a batch in flight is not as it was written'
  }
  return undefined
}

function wrongRoot(db: DatabaseSync): string | undefined {
  const row = db.prepare("select value from meta where key = 'root'").get()
  if (row === undefined) return undefined
  const root = parse(row['value']) as Record<string, unknown> | undefined | null
  const isGood = ['ino', 'birthMs', 'type', 'dev'].every((name) => typeof root?.[name] === 'number')
  return isGood ? undefined : 'what the root was is not as it was written'
}

function isPath(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    !value.includes('\0') &&
    value.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
  )
}

function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
