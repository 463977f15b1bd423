import { type DirId, type Observation, ROOT_DIR } from '../model/entry.ts'
import { type RawPath, ROOT_PATH } from '../model/path.ts'
import { applyFindings, type ApplyOptions, isInPlace, lookFromAbove, settleDirectory } from './apply.ts'
import type { TreeContext } from './context.ts'
import { type Finding, isAppeared, isVanished, type Look, lookAt, type News, newsOf } from './finding.ts'
import type { HintSet, NameHint } from './hint-set.ts'
import type { Limbo } from './limbo.ts'
import { lookAtLinks } from './links.ts'
import { distrust, distrustNew } from './look-options.ts'
import type { Scanner } from './scan.ts'

type Entries = HintSet['entries']

/**
 * Looks at every hinted name and brings what is found into the seen state. Returns the hints of directories that are not where they
 * were known to be: what was told of their inside still has to be looked at.
 */
export function lookAtEntries(context: TreeContext, limbo: Limbo, scanner: Scanner, entries: Entries): Entries {
  const round = new Round(context, limbo, scanner)
  for (const [dir, names] of entries) round.look(dir, names)
  round.apply()
  return new Map([...entries].filter(([dir]) => round.misplaced.has(dir)))
}

/** Files that say what is wanted in their directory. */
const RULE_FILES: ReadonlySet<string> = new Set(['.gitignore', '.clsyncignore'])

/** From so many names on, one more look is worth while. */
const MANY = 4

/** Whether what was written to under a name may be neither what was known there nor what is there now. */
function isElsewhere(found: Look, { moved }: NameHint): boolean {
  return found === 'absent' || (moved && typeof found === 'object' && (isAppeared(found) || isVanished(found)))
}

/** One round of looks: all are done before any is applied, so that renames, chains and swaps meet. */
class Round {
  readonly misplaced = new Set<DirId>()
  readonly #context: TreeContext
  readonly #limbo: Limbo
  readonly #scanner: Scanner
  readonly #findings: Finding[] = []
  /** Where directories were when names were looked for in them. */
  readonly #paths = new Map<DirId, RawPath>()
  /** Files that were written to under a name that they have left in an earlier round. */
  readonly #strays = new Set<Observation>()
  /** Files that may have been written to under a name that they have left long ago. */
  readonly #linked = new Set<Observation>()
  /** Directories that have gone with all that was in them. */
  readonly #gone: DirId[] = []
  /** Directories whose own times may have moved. */
  readonly #changed = new Map<DirId, News>()

  constructor(context: TreeContext, limbo: Limbo, scanner: Scanner) {
    this.#context = context
    this.#limbo = limbo
    this.#scanner = scanner
  }

  look(dir: DirId, names: ReadonlyMap<RawPath, NameHint>): void {
    const { directories, table, rules } = this.#context
    const path = directories.pathOf(dir)
    if (path === undefined) {
      this.misplaced.add(dir)
      if ([...names.values()].some(({ content }) => content)) this.#limbo.noteStray()
      return
    }
    if (this.#isGone(dir, names)) return
    this.#paths.set(dir, path)
    this.#scanner.disturb(dir)
    for (const [name, hint] of names) {
      const found = this.#lookAt(dir, path, name, hint)
      if (hint.content && isElsewhere(found, hint)) this.#noteStray(dir, name, hint.moved)
      const linked = hint.content ? this.#context.departures.linked(dir, name) : undefined
      if (linked !== undefined) this.#linked.add(linked)
      const below = hint.moved || hint.made ? table.get(dir, name)?.id : 0
      if (!below) continue
      // It may be back from elsewhere: what was told of its inside meanwhile was looked for in vain. Or it is another in the same inode.
      const look = distrust(Infinity)
      this.#scanner.add({
        dir: below,
        deep: true,
        look: hint.made ? distrustNew(this.#context, look) : look,
        isMoved: hint.moved,
      })
    }
    if (rules.directory !== undefined && [...names.keys()].some((name) => RULE_FILES.has(name))) {
      this.#scanner.add({ dir, deep: false, look: distrust(Infinity) })
    }
  }

  apply(): void {
    for (const file of this.#strays) lookAtLinks(this.#context, this.#limbo, file, true)
    for (const file of this.#linked) lookAtLinks(this.#context, this.#limbo, file, false)
    const scan: ApplyOptions['scan'] = (dir, deep, as) => {
      const look = distrust(Infinity)
      this.#scanner.add({ dir, deep, look: as === 'new' ? distrustNew(this.#context, look) : look, isMoved: as === 'moved' })
    }
    const options = { scan, quiet: false, misplaced: (dir: DirId) => void this.misplaced.add(dir) }
    applyFindings(this.#context, this.#limbo, this.#findings, options)
    for (const dir of this.#gone) lookFromAbove(this.#context, this.#limbo, dir, options)
    for (const [dir, path] of this.#paths) if (this.#context.directories.pathOf(dir) !== path) this.misplaced.add(dir)
    // What was looked for in vain may be hidden by what was put in the root's place.
    if (this.#changed.has(ROOT_DIR)) this.#context.guard(ROOT_PATH)
    for (const [dir, news] of this.#changed) {
      // What was found in one that was elsewhere by then is no news of it: it is looked at again.
      if (dir === ROOT_DIR || this.misplaced.has(dir) || settleDirectory(this.#context, dir, news)) continue
      // Something else is in the directory's place, a mount perhaps.
      lookFromAbove(this.#context, this.#limbo, dir, options)
      this.misplaced.add(dir)
    }
  }

  /** Of many names that may have gone, the directory is asked for first: when it has gone as well, that is one row. */
  #isGone(dir: DirId, names: ReadonlyMap<RawPath, NameHint>): boolean {
    if (dir === ROOT_DIR || names.size < MANY) return false
    for (const { content, moved, made, suspectFromMs } of names.values()) {
      if (content || moved || made || suspectFromMs < Infinity) return false // what is known of a name stays with it
    }
    if (isInPlace(this.#context, dir)) return false
    this.#gone.push(dir)
    return true
  }

  #noteStray(dir: DirId, name: RawPath, moved: boolean): void {
    this.#limbo.noteStray()
    for (const file of this.#context.departures.find(dir, name, moved)) this.#strays.add(file)
  }

  #lookAt(dir: DirId, path: RawPath, name: RawPath, hint: NameHint): Look {
    const context = this.#context
    const { content, moved, made, suspectFromMs } = hint
    const row = context.table.get(dir, name)
    const ctimeMeansContent = !context.noLoss || suspectFromMs < Infinity
    const found = lookAt(context, dir, path, name, row, { content, moved, made, suspectFromMs, ctimeMeansContent })
    // What was moved away and back looks as if nothing had happened, but for the time of its directory.
    if (!content || made || moved || found === 'absent') this.#changed.set(dir, this.#changed.get(dir) ?? 'none')
    if (typeof found !== 'object') return found
    if (found.row !== undefined && found.disk !== undefined) context.solved(found.path)
    if (isVanished(found) || isAppeared(found)) this.#changed.set(dir, newsOf(context, found, this.#changed.get(dir) ?? 'none'))
    this.#findings.push(found)
    return found
  }
}
