import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DirId, Kind } from '../model/entry.ts'
import type { RawPath } from '../model/path.ts'
import { LIMBO, type SeenEntry, type SeenRow, type SeenTable } from '../model/seen.ts'
import type { Counters } from './counters.ts'
import { kindNumber, kindOfNumber } from './kinds.ts'

/** The seen state in the database. `entries` counts rows that are not in limbo. */
export function createSeenTable(db: DatabaseSync, counters: Counters): SeenTable {
  const sql = prepare(db)
  return {
    get(parent, name) {
      const row = sql.get.get(parent, name) as Row | undefined
      return row && toRow(row)
    },
    list: (parent, after = '' as RawPath, limit = -1) => (sql.list.all(parent, after, limit) as unknown as Row[]).map(toRow),
    put(parent, name, e) {
      const values = valuesOf(e)
      if (sql.update.run(...values, parent, name).changes === 0) {
        sql.insert.run(parent, name, ...values)
        counters.entries++
      }
    },
    remove(parent, name) {
      const { changes } = sql.remove.run(parent, name)
      if (parent !== LIMBO) counters.entries -= Number(changes)
    },
    move(parent, name, toParent, toName) {
      if (sql.move.run(toParent, toName, parent, name).changes === 0) return false
      counters.entries += Number(parent === LIMBO) - Number(toParent === LIMBO)
      return true
    },
    directoriesIn: (parent) =>
      (sql.directoriesIn.all(parent) as unknown as [DirId, number, RawPath][]).map(([id, dev, name]) => ({ id, dev, name })),
    removeListing(parent) {
      const directories = this.directoriesIn(parent).map(({ id }) => id)
      const linked = (sql.linked.all(parent) as unknown as Row[]).map(toRow)
      counters.entries -= Number(sql.removeListing.run(parent).changes)
      return { directories, linked }
    },
    byInode: (ino) => (sql.byInode.all(ino) as unknown as Row[]).map(toRow),
    directories: () => sql.allDirectories.all() as unknown as [DirId, DirId, RawPath][],
    get entries() {
      return counters.entries
    },
  }
}

/** As the columns stand. */
function valuesOf(e: SeenEntry): number[] {
  const times = [e.sizeBytes, e.mtimeMs, e.ctimeMs, e.birthMs]
  return [kindNumber(e.kind), e.id, ...times, e.mode, e.uid, e.gid, e.dev, e.ino, e.nlink, e.stamp, e.content]
}

type Row = [DirId, RawPath, number, DirId, ...number[]]

const COLUMNS = 'parent, name, kind, id, size, mtime, ctime, birth, mode, uid, gid, dev, ino, nlink, stamp, content'

function prepare(
  db: DatabaseSync,
): Record<
  | 'get'
  | 'list'
  | 'byInode'
  | 'directoriesIn'
  | 'linked'
  | 'allDirectories'
  | 'insert'
  | 'update'
  | 'remove'
  | 'move'
  | 'removeListing',
  StatementSync
> {
  const read = (text: string): StatementSync => {
    const statement = db.prepare(text)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    get: read(`select ${COLUMNS} from seen where parent = ? and name = ?`),
    list: read(`select ${COLUMNS} from seen where parent = ? and name > ? order by name limit ?`),
    byInode: read(`select ${COLUMNS} from seen where ino = ?`),
    directoriesIn: read('select id, dev, name from seen where parent = ? and id > 0'),
    linked: read(`select ${COLUMNS} from seen where parent = ? and id = 0 and nlink > 1`),
    allDirectories: read('select id, parent, name from seen where id > 0'),
    insert: db.prepare(`insert into seen (${COLUMNS}) values (${Array(16).fill('?').join(', ')})`),
    update: db.prepare(`update seen set kind = ?, id = ?, size = ?, mtime = ?, ctime = ?, birth = ?, mode = ?, uid = ?, gid = ?,
      dev = ?, ino = ?, nlink = ?, stamp = ?, content = ? where parent = ? and name = ?`),
    remove: db.prepare('delete from seen where parent = ? and name = ?'),
    move: db.prepare('update seen set parent = ?, name = ? where parent = ? and name = ?'),
    removeListing: db.prepare('delete from seen where parent = ?'),
  }
}

function toRow(row: Row): SeenRow {
  const [parent, name, kind, id, sizeBytes, mtimeMs, ctimeMs, birthMs, mode, uid, gid, dev, ino, nlink, stamp, content] =
    row as unknown as [
      DirId,
      RawPath,
      number,
      DirId,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
  return {
    parent,
    name,
    kind: kindOfNumber(kind) as Kind, // a seen row is never of an unknown kind
    id,
    sizeBytes,
    mtimeMs,
    ctimeMs,
    birthMs,
    mode,
    uid,
    gid,
    dev,
    ino,
    nlink,
    stamp,
    content,
  }
}
