import { type DirId, ROOT_DIR } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'
import { applyFindings, lookFromAbove, settleDirectory } from './apply.ts'
import { RACY_MS, type TreeContext, type TreeOptions } from './context.ts'
import { createDirectories, type Directories } from './directories.ts'
import { type Finding, isAppeared, isTold, isVanished, type Look, lookAt, type LookOptions } from './finding.ts'
import { addHint, createHintSet, type HintSet, isEmpty, type NameHint } from './hint-set.ts'
import { createLimbo, type Limbo } from './limbo.ts'
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
  readonly hasHints: boolean
  /** Whether all that is hinted at are files whose writers have not closed them. */
  readonly awaitsWriters: boolean
  readonly directoryCount: number
  /** Directories that wait to be read. */
  readonly scanning: number
}

/** Within a transaction. */
export function createTree(options: TreeOptions): Tree {
  const directories = createDirectories(options.table)
  const context: TreeContext = { ...options, directories }
  const limbo = createLimbo(context)
  const scanner = createScanner(context, limbo)
  let hints = createHintSet()
  let isHeld = false
  return {
    directories,
    hint: (hint) => addHint(hints, hint, options.counters.horizonMs - RACY_MS),
    scanAll(suspectFrom, hold) {
      isHeld ||= hold
      scanner.add({ dir: ROOT_DIR, deep: true, look: distrust(suspectFrom) })
    },
    look() {
      const taken = hints
      hints = createHintSet()
      // Nobody tells what hid in between.
      if (!options.noLoss && taken.trees.has(ROOT_DIR)) {
        addHint(taken, { type: 'lost', dir: ROOT_DIR, why: 'unresolved' }, options.counters.horizonMs - RACY_MS)
      }
      isHeld ||= [...taken.trees.values()].some(Number.isFinite)
      queueScans(context, scanner, taken)
      lookAtEntries(context, limbo, scanner, taken)
    },
    scan(isOver) {
      const done = scanner.run(isOver)
      if (done) isHeld = false
      if (!isHeld) limbo.settle()
      return done
    },
    get hasHints() {
      return !isEmpty(hints)
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

/** For what nobody watched: only a moved ctime or an old equal one is believed. */
function distrust(suspectFromMs: number): LookOptions {
  return { content: false, suspectFromMs, ctimeMeansContent: true }
}

function queueScans(context: TreeContext, scanner: Scanner, hints: HintSet): void {
  for (const [dir, suspectFromMs] of hints.trees) scanner.add({ dir, deep: true, look: distrust(suspectFromMs) })
  for (const dir of hints.directories) {
    scanner.disturb(dir)
    scanner.add({ dir, deep: false, look: distrust(Infinity) })
    settleDirectory(context, dir, false)
  }
}

/** Files that say what is wanted in their directory. */
const RULE_FILES: ReadonlySet<string> = new Set(['.gitignore', '.clsyncignore'])

function lookAtEntries(context: TreeContext, limbo: Limbo, scanner: Scanner, hints: HintSet): void {
  const findings: Finding[] = []
  const changed = new Map<DirId, boolean>()
  for (const [dir, names] of hints.entries) {
    const path = context.directories.pathOf(dir)
    if (path === undefined) continue // it has left the tree: what is in it was, or will be, told by its new place
    scanner.disturb(dir)
    for (const [name, hint] of names) {
      const found = lookAtEntry(context, findings, changed, dir, path, name, hint)
      if (found === 'absent' && hint.content) limbo.noteStray()
      const below = hint.moved ? context.table.get(dir, name)?.id : 0
      // It may be back from elsewhere: what was told of its inside meanwhile was looked for in vain.
      if (below) scanner.add({ dir: below, deep: true, look: distrust(Infinity) })
    }
    if (context.rules.directory !== undefined && [...names.keys()].some((name) => RULE_FILES.has(name))) {
      scanner.add({ dir, deep: false, look: distrust(Infinity) })
    }
  }
  const scan = (dir: DirId, deep: boolean): void => scanner.add({ dir, deep, look: distrust(Infinity) })
  const told = { scan, quiet: false }
  applyFindings(context, limbo, findings, told)
  for (const [dir, entriesChanged] of changed) {
    // What was looked for in vain may be hidden: something else is in the directory's place, a mount perhaps.
    if (dir !== ROOT_DIR && !settleDirectory(context, dir, entriesChanged)) lookFromAbove(context, limbo, dir, told)
  }
}

function lookAtEntry(
  context: TreeContext,
  findings: Finding[],
  changed: Map<DirId, boolean>,
  dir: DirId,
  path: RawPath,
  name: RawPath,
  hint: NameHint,
): Look {
  const { content, moved, made, suspectFromMs } = hint
  const row = context.table.get(dir, name)
  const look = { content, isBack: moved || made, suspectFromMs, ctimeMeansContent: !context.noLoss || suspectFromMs < Infinity }
  const found = lookAt(context, dir, path, name, row, look)
  // What was moved away and back looks as if nothing had happened, but for the time of its directory.
  if (!content || made || moved || found === 'absent') changed.set(dir, changed.get(dir) ?? false)
  if (found === 'unknown') context.again({ type: 'entry', dir, name, ...hint })
  if (typeof found !== 'object') return found
  if (found.row !== undefined && found.disk !== undefined) context.solved(found.path)
  if (isVanished(found) || isAppeared(found)) changed.set(dir, changed.get(dir) === true || isTold(context, found))
  findings.push(found)
  return found
}
