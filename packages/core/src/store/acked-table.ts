import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AckedRow, AckedTable } from '../model/acked.ts'
import type { DirId } from '../model/entry.ts'
import type { RawPath } from '../model/path.ts'
import type { Counters } from './counters.ts'
import { kindNumber, kindOfNumber } from './kinds.ts'

/** The acked state of the target with this number. `size` is kept by the caller's transaction. */
export function createAckedTable(
  db: DatabaseSync,
  target: number,
  counters: Counters,
  size: { entries: number; rollbacks: number },
): AckedTable {
  const sql = prepare(db)
  return {
    get(parent, name) {
      const row = sql.get.get(target, parent, name) as Row | undefined
      return row && toRow(row)
    },
    list: (parent, after = '' as RawPath, limit = -1) =>
      (sql.list.all(target, parent, after, limit) as unknown as Row[]).map(toRow),
    put(parent, name, e, isNew = false) {
      const values = [kindNumber(e.kind), e.id, e.dev, e.ino, e.birthMs, e.stamp, e.content, target, parent, name] as const
      if (isNew || sql.update.run(...values).changes === 0) {
        if (sql.insert.run(...values).changes > 0) size.entries++
        else sql.update.run(...values)
      }
    },
    remove(parent, name) {
      size.entries -= Number(sql.remove.run(target, parent, name).changes)
    },
    removeLeaf(parent, name) {
      const { changes } = sql.removeLeaf.run(target, parent, name)
      size.entries -= Number(changes)
      return changes > 0
    },
    census(parent) {
      const [count] = sql.count.get(target, parent) as unknown as [number]
      const directories = count === 0 ? [] : (sql.directories.all(target, parent) as unknown as [DirId][]).map(([id]) => id)
      return { count, directories }
    },
    move(parent, name, toParent, toName) {
      sql.move.run(toParent, toName, target, parent, name)
    },
    nextId: () => ++counters.directory,
    get entries() {
      return size.entries
    },
    get rollbacks() {
      return size.rollbacks
    },
  }
}

type Row = [RawPath, number, DirId, number, number, number, number, number]

const VALUES = 'kind, id, dev, ino, birth, stamp, content'
const COLUMNS = `name, ${VALUES}`

type Statement = 'get' | 'list' | 'insert' | 'update' | 'remove' | 'removeLeaf' | 'count' | 'directories' | 'move'

function prepare(db: DatabaseSync): Record<Statement, StatementSync> {
  const read = (text: string): StatementSync => {
    const statement = db.prepare(text)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    get: read(`select ${COLUMNS} from acked where target = ? and parent = ? and name = ?`),
    list: read(`select ${COLUMNS} from acked where target = ? and parent = ? and name > ? order by name limit ?`),
    insert: db.prepare(
      `insert into acked (${VALUES}, target, parent, name) values (${Array(10).fill('?').join(', ')})
        on conflict (target, parent, name) do nothing`,
    ),
    update: db.prepare(
      'update acked set kind = ?, id = ?, dev = ?, ino = ?, birth = ?, stamp = ?, content = ? where target = ? and parent = ? and name = ?',
    ),
    remove: db.prepare('delete from acked where target = ? and parent = ? and name = ?'),
    removeLeaf: db.prepare('delete from acked where target = ? and parent = ? and name = ? and id = 0'),
    count: read('select count(*) from acked where target = ? and parent = ?'),
    directories: read('select id from acked where target = ? and parent = ? and id > 0'),
    move: db.prepare('update acked set parent = ?, name = ? where target = ? and parent = ? and name = ?'),
  }
}

function toRow([name, kind, id, dev, ino, birthMs, stamp, content]: Row): AckedRow {
  return { name, kind: kindOfNumber(kind), id, dev, ino, birthMs, stamp, content }
}
