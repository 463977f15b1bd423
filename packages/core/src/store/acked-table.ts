import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AckedEntry, AckedRow, AckedTable } from '../model/acked.ts'
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
    put(parent, name, e: AckedEntry) {
      const values = [kindNumber(e.kind), e.id, e.dev, e.ino, e.birthMs, e.stamp, e.content] as const
      if (sql.update.run(...values, target, parent, name).changes === 0) {
        sql.insert.run(target, parent, name, ...values)
        size.entries++
      }
    },
    remove(parent, name) {
      size.entries -= Number(sql.remove.run(target, parent, name).changes)
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

const COLUMNS = 'name, kind, id, dev, ino, birth, stamp, content'

function prepare(db: DatabaseSync): Record<'get' | 'list' | 'insert' | 'update' | 'remove' | 'move', StatementSync> {
  const read = (text: string): StatementSync => {
    const statement = db.prepare(text)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    get: read(`select ${COLUMNS} from acked where target = ? and parent = ? and name = ?`),
    list: read(`select ${COLUMNS} from acked where target = ? and parent = ? and name > ? order by name limit ?`),
    insert: db.prepare(`insert into acked (target, parent, ${COLUMNS}) values (${Array(10).fill('?').join(', ')})`),
    update: db.prepare(
      'update acked set kind = ?, id = ?, dev = ?, ino = ?, birth = ?, stamp = ?, content = ? where target = ? and parent = ? and name = ?',
    ),
    remove: db.prepare('delete from acked where target = ? and parent = ? and name = ?'),
    move: db.prepare('update acked set parent = ?, name = ? where target = ? and parent = ? and name = ?'),
  }
}

function toRow([name, kind, id, dev, ino, birthMs, stamp, content]: Row): AckedRow {
  return { name, kind: kindOfNumber(kind), id, dev, ino, birthMs, stamp, content }
}
