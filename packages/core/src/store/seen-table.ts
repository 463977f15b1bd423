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
    put(parent, name, e, before) {
      const values = valuesOf(e)
      if (before !== undefined && before?.ino === e.ino && sql.updateSame.run(...values, parent, name, e.ino).changes > 0) return
      if (before === null || sql.update.run(...values, e.ino, parent, name).changes === 0) {
        if (sql.insert.run(...values, e.ino, parent, name).changes > 0) counters.entries++
        else sql.update.run(...values, e.ino, parent, name)
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

/** Of {@link VALUES}. */
function valuesOf(e: SeenEntry): number[] {
  return [
    ...[kindNumber(e.kind), e.id, e.sizeBytes, e.mtimeMs, e.ctimeMs, e.birthMs],
    ...[e.mode, e.uid, e.gid, e.dev, e.nlink, e.stamp, e.content],
  ]
}

type Row = [DirId, RawPath, number, DirId, ...number[]]

const COLUMNS = 'parent, name, kind, id, size, mtime, ctime, birth, mode, uid, gid, dev, ino, nlink, stamp, content'
/** All but the key and the inode, which has an index: writing that anew costs as much as the row. */
const VALUES = ['kind', 'id', 'size', 'mtime', 'ctime', 'birth', 'mode', 'uid', 'gid', 'dev', 'nlink', 'stamp', 'content']
const SET = VALUES.map((column) => `${column} = ?`).join(', ')

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
  | 'updateSame'
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
    insert: db.prepare(
      `insert into seen (${VALUES.join(', ')}, ino, parent, name) values (${Array(16).fill('?').join(', ')})
        on conflict (parent, name) do nothing`,
    ),
    update: db.prepare(`update seen set ${SET}, ino = ? where parent = ? and name = ?`),
    updateSame: db.prepare(`update seen set ${SET} where parent = ? and name = ? and ino = ?`),
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
