import { ROOT_DIR } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import { settleDirectory } from './apply.ts'
import { RACY_MS, type TreeContext, type TreeOptions } from './context.ts'
import { Departures } from './departures.ts'
import { createDirectories, type Directories } from './directories.ts'
import { lookAtEntries } from './entry-looks.ts'
import { addHint, countHints, createHintSet, type HintSet, hintsOf, isEmpty, keepHints } from './hint-set.ts'
import { createLimbo } from './limbo.ts'
import { distrust } from './look-options.ts'
import { createScanner, type Scanner } from './scan.ts'
import { awaitsWriters } from './writers.ts'

/** The seen state of a source: it takes hints, looks, and says which paths changed. Changes are made in the caller's transactions. */
export interface Tree {
  readonly directories: Directories
  /** Remembers where to look. */
  hint(hint: Exclude<Hint, { type: 'root' }>): void
  /**
   * Scans everything; recent files that look equal are not believed from `suspectFromMs` on. `hold`: what has vanished is only
   * told of when all was scanned, as it may turn up elsewhere.
   */
  scanAll(suspectFromMs: number, hold: boolean): void
  /** Looks at all hinted entries, queues directories for {@link Tree.scan}. Within a transaction. */
  look(): void
  /** Reads queued directories until `isOver`; returns whether none is left. Within a transaction. */
  scan(isOver: () => boolean): boolean
  /** What it was hinted at since the last round of looks that was written down: another tree that takes its place owes these looks. */
  owed(): Exclude<Hint, { type: 'root' }>[]
  readonly hasHints: boolean
  /** Places that wait for a look. */
  readonly hinted: number
  /** Whether all that is hinted at are files whose writers have not closed them. */
  readonly awaitsWriters: boolean
  readonly directoryCount: number
  /** Directories that wait to be read. */
  readonly scanning: number
}

/** Within a transaction. */
export function createTree(options: TreeOptions): Tree {
  const directories = createDirectories(options.table)
  const context: TreeContext = { ...options, directories, departures: new Departures() }
  const limbo = createLimbo(context)
  const scanner = createScanner(context, limbo)
  let hints = createHintSet()
  let taken = createHintSet()
  let isHeld = false
  return {
    directories,
    hint: (hint) => addHint(hints, hint, options.counters.horizonMs - RACY_MS),
    scanAll(suspectFrom, hold) {
      isHeld ||= hold
      scanner.add({ dir: ROOT_DIR, deep: true, look: distrust(suspectFrom) })
    },
    look() {
      context.departures.turn()
      taken = hints
      hints = createHintSet()
      if (!options.noLoss) distrustFullScan(context, taken)
      isHeld ||= [...taken.trees.values()].some(Number.isFinite)
      queueScans(context, scanner, taken)
      const misplaced = lookAtEntries(context, limbo, scanner, taken.entries)
      // Their directories may have been found at other places meanwhile; one that is in limbo may turn up yet.
      const lost = lookAtEntries(context, limbo, scanner, misplaced)
      if (limbo.size > 0) keepHints(hints, lost)
    },
    scan(isOver) {
      const done = scanner.run(isOver)
      if (done) isHeld = false
      if (!isHeld) limbo.settle()
      return done
    },
    owed: () => [...hintsOf(taken), ...hintsOf(hints)],
    get hasHints() {
      return !isEmpty(hints)
    },
    get hinted() {
      return countHints(hints)
    },
    get awaitsWriters() {
      return awaitsWriters(context, hints)
    },
    get directoryCount() {
      return directories.size
    },
    get scanning() {
      return scanner.size
    },
  }
}

/** Nobody tells what hid in between. */
function distrustFullScan({ counters }: TreeContext, hints: HintSet): void {
  if (!hints.trees.has(ROOT_DIR)) return
  addHint(hints, { type: 'lost', dir: ROOT_DIR, why: 'unresolved' }, counters.horizonMs - RACY_MS)
}

function queueScans(context: TreeContext, scanner: Scanner, hints: HintSet): void {
  for (const [dir, suspectFromMs] of hints.trees) scanner.add({ dir, deep: true, look: distrust(suspectFromMs) })
  for (const dir of hints.directories) {
    scanner.disturb(dir)
    scanner.add({ dir, deep: false, look: distrust(Infinity) })
    settleDirectory(context, dir, 'none')
  }
}
