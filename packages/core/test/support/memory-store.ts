import { DatabaseSync } from 'node:sqlite'
import { migrate } from '../../src/store/schema.ts'
import { createStore, type Store } from '../../src/store/store.ts'

/** An empty state in memory. */
export function memoryStore(): Store {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  return createStore(db)
}
