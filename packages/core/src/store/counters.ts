import type { DatabaseSync } from 'node:sqlite'

/** Numbers that live in memory. What is written of them is never behind, but the horizon, which may be by {@link HORIZON_STEP_MS}. */
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
  /** Writes what has to be written before the commit. `isEnd`: exactly. */
  save(isEnd?: boolean): void
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
  let written = saved
  return {
    counters,
    save(isEnd = false) {
      written = isEnd ? { ...counters } : ahead(counters, saved)
      for (const key of KEYS) if (written[key] !== saved[key]) write.run(key, written[key])
    },
    committed: () => void (saved = written),
    // Stamps and ids already given out are not given out again.
    rolledBack() {
      counters.entries = saved.entries
      counters.horizonMs = saved.horizonMs
    },
  }
}

/** Numbers to give out are written down many at a time, so that a single change need not write any. */
function ahead(now: Counters, saved: Counters): Counters {
  return {
    stamp: now.stamp > saved.stamp ? now.stamp + RESERVED : saved.stamp,
    directory: now.directory > saved.directory ? now.directory + RESERVED : saved.directory,
    entries: now.entries,
    horizonMs: isLittleAhead(now.horizonMs - saved.horizonMs) ? saved.horizonMs : now.horizonMs,
  }
}

function isLittleAhead(byMs: number): boolean {
  return byMs >= 0 && byMs < HORIZON_STEP_MS
}

const RESERVED = 1000
/** An older horizon is right, too: after a crash, what was written in between is sent once more. */
const HORIZON_STEP_MS = 1000

const KEYS = ['stamp', 'directory', 'entries', 'horizonMs'] as const
