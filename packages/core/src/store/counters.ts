import type { DatabaseSync } from 'node:sqlite'

/** Numbers that live in memory and are written with each transaction that moved them. */
export interface Counters {
  /** Last stamp given out. */
  stamp: number
  /** Last directory id given out, of any tree. */
  directory: number
  /** Rows of the seen state. */
  entries: number
  /** Wall time up to which every change is known to be in the seen state. */
  horizonMs: number
}

/** Counters, and how they follow the transactions in which they move. */
export interface LoadedCounters {
  readonly counters: Counters
  /** Writes those that moved since the last commit. */
  save(): void
  committed(): void
  rolledBack(): void
}

export function loadCounters(db: DatabaseSync): LoadedCounters {
  const read = db.prepare('select value from meta where key = ?')
  const write = db.prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value')
  const value = (key: string, initial: number): number => (read.get(key) as { value: number } | undefined)?.value ?? initial
  const load = (): Counters => ({
    stamp: value('stamp', 0),
    directory: value('directory', 1),
    entries: value('entries', 0),
    horizonMs: value('horizonMs', 0),
  })
  const counters = load()
  let saved = { ...counters }
  return {
    counters,
    save() {
      for (const key of KEYS) if (counters[key] !== saved[key]) write.run(key, counters[key])
    },
    committed: () => void (saved = { ...counters }),
    // Stamps and ids already given out are not given out again.
    rolledBack() {
      counters.entries = saved.entries
      counters.horizonMs = saved.horizonMs
    },
  }
}

const KEYS = ['stamp', 'directory', 'entries', 'horizonMs'] as const
