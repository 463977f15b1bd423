import type { DatabaseSync } from 'node:sqlite'
import type { SeenTable } from '../model/seen.ts'
import { type Counters, loadCounters, type LoadedCounters } from './counters.ts'
import { closeDatabase } from './ending.ts'
import { createSeenTable } from './seen-table.ts'
import { openTargetRecord, type TargetRecord } from './target-record.ts'

/** The durable state of one task. */
export interface Store {
  readonly seen: SeenTable
  readonly counters: Counters
  /** Finds or begins what is remembered of a target. Not inside a transaction. */
  target(name: string, identity: string): TargetRecord
  /** All or nothing; nested calls join the outer one. */
  transaction<T>(work: () => T): T
  readText(key: string): string | undefined
  writeText(key: string, value: string): void
  /** Marks a clean end, so that the next start need not verify the file. */
  close(): void
  /** Writes nothing any more: the database is damaged. */
  abandon(): void
}

export function createStore(db: DatabaseSync): Store {
  const loaded = loadCounters(db)
  /** All that is kept in memory of the database. */
  const followers: Pick<LoadedCounters, 'save' | 'committed' | 'rolledBack'>[] = [loaded]
  const sql = {
    begin: db.prepare('begin immediate'),
    commit: db.prepare('commit'),
    rollback: db.prepare('rollback'),
    read: db.prepare('select value from meta where key = ?'),
    write: db.prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'),
  }
  let open = false
  const transaction = <T>(work: () => T, isEnd = false): T => {
    if (open) return work()
    sql.begin.run()
    open = true
    try {
      const result = work()
      for (const follower of followers) follower.save(isEnd)
      sql.commit.run()
      for (const follower of followers) follower.committed()
      return result
    } catch (error) {
      if (db.isTransaction) sql.rollback.run()
      for (const follower of followers) follower.rolledBack()
      throw error
    } finally {
      open = false
    }
  }
  return {
    seen: createSeenTable(db, loaded.counters),
    counters: loaded.counters,
    target(name, identity) {
      const record = openTargetRecord(db, name, identity, loaded.counters)
      followers.push(record)
      return record
    },
    transaction: (work) => transaction(work),
    readText: (key) => (sql.read.get(key) as { value: string } | undefined)?.value,
    writeText: (key, value) => void sql.write.run(key, value),
    close() {
      try {
        transaction(() => undefined, true)
      } finally {
        closeDatabase(db)
      }
    },
    abandon: () => db.close(),
  }
}
