import type { DatabaseSync } from 'node:sqlite'
import type { AckedTable } from '../model/acked.ts'
import { createAckedTable } from './acked-table.ts'
import type { Counters } from './counters.ts'

/** What is remembered of one target between runs. Change it inside a transaction only. */
export interface TargetRecord {
  readonly acked: AckedTable
  /** Whether what the target held at first contact was taken into account. */
  met: boolean
  /** Whether acked and seen may differ: the next start has to compare them. */
  dirty: boolean
  /** Remembers a batch that is about to be sent. */
  begin(batch: string, changes: readonly FlightChange[]): void
  end(batch: string): void
  /** Batches whose outcome was never recorded, from an earlier run. */
  interrupted(): { batch: string; changes: FlightChange[] }[]
  /** Nothing that was confirmed holds any more. */
  forget(): void
  /** Writes what has changed since the last commit. */
  save(): void
  committed(): void
  rolledBack(): void
}

/** A change in flight as it is remembered: its path, and for a move where from. */
type FlightChange = readonly [path: string, from?: string]

/** Finds or begins the record of a target. Another identity under the same name starts from nothing. */
export function openTargetRecord(db: DatabaseSync, name: string, identity: string, counters: Counters): TargetRecord {
  const row = findOrBegin(db, name, identity)
  const size = { entries: row.entries, rollbacks: 0 }
  const saved = { met: row.met === 1, dirty: row.dirty === 1, entries: row.entries }
  const begin = db.prepare('insert or replace into flight (target, batch, changes) values (?, ?, ?)')
  const end = db.prepare('delete from flight where target = ? and batch = ?')
  const update = db.prepare('update target set met = ?, dirty = ?, entries = ? where id = ?')
  const record: TargetRecord = {
    acked: createAckedTable(db, row.id, counters, size),
    met: saved.met,
    dirty: saved.dirty,
    begin: (batch, changes) => void begin.run(row.id, batch, JSON.stringify(changes)),
    end: (batch) => void end.run(row.id, batch),
    interrupted() {
      const rows = db.prepare('select batch, changes from flight where target = ?').all(row.id) as {
        batch: string
        changes: string
      }[]
      return rows.map(({ batch, changes }) => ({ batch, changes: JSON.parse(changes) as FlightChange[] }))
    },
    forget() {
      db.prepare('delete from acked where target = ?').run(row.id)
      Object.assign(size, { entries: 0, rollbacks: size.rollbacks + 1 })
      Object.assign(record, { met: false, dirty: true })
    },
    save() {
      if (record.met === saved.met && record.dirty === saved.dirty && size.entries === saved.entries) return
      update.run(Number(record.met), Number(record.dirty), size.entries, row.id)
    },
    committed: () => void Object.assign(saved, { met: record.met, dirty: record.dirty, entries: size.entries }),
    rolledBack() {
      record.met = saved.met
      record.dirty = saved.dirty
      size.entries = saved.entries
      size.rollbacks++
    },
  }
  return record
}

interface Row {
  readonly id: number
  readonly met: number
  readonly dirty: number
  readonly entries: number
}

function findOrBegin(db: DatabaseSync, name: string, identity: string): Row {
  const found = db.prepare('select id, identity, met, dirty, entries from target where name = ?').get(name) as
    | (Row & { identity: string })
    | undefined
  if (found?.identity === identity) return found
  db.exec('begin')
  if (found) {
    db.prepare('delete from acked where target = ?').run(found.id)
    db.prepare('delete from flight where target = ?').run(found.id)
    db.prepare('delete from target where id = ?').run(found.id)
  }
  db.prepare('insert into target (name, identity, met, dirty, entries) values (?, ?, 0, 1, 0)').run(name, identity)
  db.exec('commit')
  return db.prepare('select id, met, dirty, entries from target where name = ?').get(name) as unknown as Row
}
