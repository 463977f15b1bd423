import type { Store } from '../../../src/store/store.ts'

/** With `CLSYNC_TRACE` the story tells each change of the two states, too. */
export function traced(store: Store, say: (line: string) => void): Store {
  if (process.env['CLSYNC_TRACE'] === undefined) return store
  return {
    ...store,
    seen: telling(store.seen, 'seen', say),
    target(name, identity) {
      const record = store.target(name, identity)
      return Object.defineProperty(record, 'acked', { value: telling(record.acked, `acked ${name}`, say) })
    },
  }
}

/** The same table, which says what is changed in it. */
function telling<Table extends object>(table: Table, what: string, say: (line: string) => void): Table {
  return new Proxy(table, {
    get(_, key) {
      const value: unknown = Reflect.get(table, key)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (CHANGES.has(String(key))) say(`  ${what} ${String(key)} ${args.map(describe).join(' ')}`)
        return value.apply(table, args) as unknown
      }
    },
  })
}

const CHANGES = new Set(['put', 'remove', 'move', 'removeListing'])

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const shown = ['kind', 'ino', 'id', 'nlink', 'stamp', 'content'].map((key) => `${key} ${Reflect.get(value, key)}`)
  return `(${shown.join(' ')})`
}
