import { type DirId, ROOT_DIR } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import { type RawPath, ROOT_PATH } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'
import { applyFindings, type ApplyOptions, isInPlace, lookFromAbove, settleDirectory } from './apply.ts'
import type { TreeContext } from './context.ts'
import { type Finding, isAppeared, isVanished, lookAt, type News, newsOf } from './finding.ts'
import type { Limbo } from './limbo.ts'
import { distrustNew, type LookOptions } from './look-options.ts'

/** A directory to be read and compared. */
interface ScanJob {
  readonly dir: DirId
  /** All below it as well. */
  readonly deep: boolean
  readonly look: LookOptions
  /** It was known before, and renamed: that is news for the targets, what is in it hardly ever. */
  readonly isMoved?: boolean
}

/** Reads directories one after the other, in slices, depth first so that few wait. */
export interface Scanner {
  add(job: ScanJob): void
  /** Works until the deadline says so, or not at all while a rename is to be told first; returns whether nothing is left. Within a transaction. */
  run(isOver: () => boolean): boolean
  /** Entries of this directory were looked at meanwhile: what was listed of it is out of date. */
  disturb(dir: DirId): void
  /** Directories that wait. */
  readonly size: number
}

export function createScanner(context: TreeContext, limbo: Limbo): Scanner {
  const stack: ScanJob[] = []
  const waiting = new Map<DirId, ScanJob>()
  const current: Current = { job: undefined, steps: undefined, disturbed: false }
  const add = (job: ScanJob): void => {
    const known = waiting.get(job.dir)
    if (known !== undefined && covers(known, job)) return
    waiting.set(job.dir, job)
    stack.push(job)
  }
  let hasWaited = false
  return {
    add,
    run(isOver) {
      // Not while something is in limbo, which may turn up there; and once at a time: who renames all the time does not keep us from reading.
      hasWaited = !hasWaited && limbo.size === 0 && current.steps === undefined && stack.at(-1)?.isMoved === true
      if (hasWaited) return false
      do {
        if (current.steps === undefined) {
          const job = stack.pop()
          if (job === undefined) return true
          if (waiting.get(job.dir) !== job) continue // a job that covers this one took its place
          waiting.delete(job.dir)
          // What is below it goes on as this job does, but was not renamed itself.
          const steps = scanDirectory(context, limbo, { ...job, isMoved: false }, add, current)
          Object.assign(current, { job, disturbed: false, steps })
        }
        if (current.steps!.next().done === true) current.steps = undefined
      } while (!isOver())
      return current.steps === undefined && stack.length === 0
    },
    disturb(dir) {
      if (current.steps !== undefined && current.job?.dir === dir) current.disturbed = true
    },
    get size() {
      return stack.length + (current.steps === undefined ? 0 : 1)
    },
  }
}

interface Current {
  job: ScanJob | undefined
  steps: Generator<undefined, void> | undefined
  disturbed: boolean
}

/** Names looked at between two chances to stop. */
const SLICE = 256
/** A directory that changes faster than it is read is in the end read in one go. */
const RESTARTS = 3

function covers(a: ScanJob, b: ScanJob): boolean {
  return (
    (a.deep || !b.deep) && a.look.suspectFromMs <= b.look.suspectFromMs && (a.look.ctimeMeansContent || !b.look.ctimeMeansContent)
  )
}

function* scanDirectory(
  context: TreeContext,
  limbo: Limbo,
  job: ScanJob,
  add: (job: ScanJob) => void,
  current: Current,
): Generator<undefined, void> {
  for (let attempt = 0; ; attempt++) {
    current.disturbed = false
    const listing = readListing(context, job)
    if (listing === 'gone') {
      const scan = scanFor(context, job, add)
      return lookFromAbove(context, limbo, job.dir, { scan, quiet: false }, laterBelow(job.dir, job))
    }
    if (listing === 'unreadable') return
    const compare = new Comparison(context, limbo, listing, add)
    while (compare.step(SLICE)) {
      if (attempt < RESTARTS) yield
      if (current.disturbed) break
    }
    if (!current.disturbed) return compare.finish()
  }
}

/** Reads on, as this job does. */
function scanFor(context: TreeContext, job: ScanJob, add: (job: ScanJob) => void): ApplyOptions['scan'] {
  return (dir, deep, as) =>
    add({ dir, deep, look: as === 'new' ? distrustNew(context, job.look) : job.look, isMoved: as === 'moved' })
}

/** What this job asks for, below a directory. */
function laterBelow(dir: DirId, { look: { suspectFromMs } }: ScanJob): Exclude<Hint, { type: 'root' }> {
  return suspectFromMs < Infinity ? { type: 'lost', dir, why: 'error', suspectFromMs } : { type: 'tree', dir }
}

interface Listing {
  readonly job: ScanJob
  readonly path: RawPath
  readonly names: readonly RawPath[]
  readonly rows: Map<RawPath, SeenEntry>
}

function readListing(context: TreeContext, job: ScanJob): Listing | 'gone' | 'unreadable' {
  const path = context.directories.pathOf(job.dir)
  if (path === undefined) return 'unreadable' // it has left the tree; whoever saw that has dealt with it
  const absolute = (path === '' ? context.root : `${context.root}/${path}`) as RawPath
  // Armed before it is read: what comes later is told, what came earlier is read.
  const armed = context.arm(job.dir, absolute)
  if (armed === 'gone') return 'gone'
  if (job.dir !== ROOT_DIR && !isInPlace(context, job.dir)) return 'gone'
  if (armed === 'limit') context.uncovered(job.dir)
  let names: RawPath[] | undefined
  try {
    names = context.fs.list(absolute)
  } catch (error) {
    context.problem(path, error)
    context.again(job.deep ? laterBelow(job.dir, job) : { type: 'directory', dir: job.dir })
    return 'unreadable'
  }
  if (names === undefined) return 'gone'
  context.solved(path)
  const judgedAnew = context.rules.directory?.(path, names) ?? false
  const rows = new Map<RawPath, SeenEntry>()
  for (const row of context.table.list(job.dir)) rows.set(row.name, row)
  return { job: judgedAnew ? { ...job, deep: true } : job, path, names, rows }
}

/** Compares a listing with the seen rows, some names at a time. */
class Comparison {
  readonly #context: TreeContext
  readonly #limbo: Limbo
  readonly #listing: Listing
  readonly #add: (job: ScanJob) => void
  /** A directory seen for the first time is told of at once, not name by name. */
  readonly #isNew: boolean
  #at = 0
  /** In the listing, but not there: gone since, or hidden for a moment by what was put in a directory's place above. */
  readonly #absent: RawPath[] = []
  #entriesChanged = false
  #news: News = 'none'
  #isMisplaced = false

  constructor(context: TreeContext, limbo: Limbo, listing: Listing, add: (job: ScanJob) => void) {
    this.#context = context
    this.#limbo = limbo
    this.#listing = listing
    this.#add = add
    this.#isNew = listing.rows.size === 0
  }

  /** Returns whether names are left. */
  step(count: number): boolean {
    const { names, rows, job, path } = this.#listing
    const findings: Finding[] = []
    for (const end = Math.min(this.#at + count, names.length); this.#at < end; this.#at++) {
      const name = names[this.#at]!
      const row = rows.get(name)
      const found = lookAt(this.#context, job.dir, path, name, row, job.look)
      if (found === 'unknown') this.#scanLater(row)
      if (found === 'absent') {
        this.#absent.push(name)
        continue
      }
      rows.delete(name)
      if (typeof found === 'object') findings.push(found)
      else if (found === 'same' && job.deep && row!.id > 0) this.#add({ ...job, dir: row!.id })
    }
    this.#apply(findings)
    return this.#at < names.length
  }

  /** What was known and is in the listing no more, or the reverse. Looked at once more, as the listing may be a moment old. */
  finish(): void {
    const { rows, job, path } = this.#listing
    const findings: Finding[] = []
    for (const name of [...rows.keys(), ...this.#absent]) {
      const row = this.#context.table.get(job.dir, name)
      const found = lookAt(this.#context, job.dir, path, name, row, job.look)
      if (typeof found === 'object') findings.push(found)
      else if (found === 'unknown') this.#scanLater(row)
    }
    this.#apply(findings)
    if (this.#isNew && this.#entriesChanged) this.#context.touch(path, 'listing')
    if (job.dir === ROOT_DIR) this.#context.guard(ROOT_PATH)
    else if (!settleDirectory(this.#context, job.dir, this.#isMisplaced ? 'passed' : this.#news)) {
      lookFromAbove(this.#context, this.#limbo, job.dir, { scan: scanFor(this.#context, job, this.#add), quiet: false })
    }
  }

  /** It could not be looked at, and so nothing below it was scanned. */
  #scanLater(row: SeenEntry | undefined): void {
    const { job } = this.#listing
    if (job.deep && row !== undefined && row.id > 0) this.#context.again(laterBelow(row.id, job))
  }

  #apply(findings: Finding[]): void {
    if (findings.length === 0) return
    const { job } = this.#listing
    this.#entriesChanged ||= findings.some((finding) => isVanished(finding) || isAppeared(finding))
    for (const finding of findings) this.#news = newsOf(this.#context, finding, this.#news)
    const scan = scanFor(this.#context, job, this.#add)
    // What was found missing in a directory that was elsewhere is no news of it: its time has to be told by itself.
    const misplaced = (dir: DirId): void => void (this.#isMisplaced ||= dir === job.dir)
    applyFindings(this.#context, this.#limbo, findings, { scan, quiet: this.#isNew, misplaced })
    // A directory whose own row changed still has to be entered.
    if (job.deep) {
      for (const { row, disk } of findings) {
        if (row !== undefined && row.id > 0 && disk?.kind === 'directory') this.#add({ ...job, dir: row.id })
      }
    }
  }
}
