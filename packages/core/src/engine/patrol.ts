import type { Clock } from '../model/clock.ts'
import type { DirId } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import { nameOf, parentOf, type RawPath, toText } from '../model/path.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { addHint, createHintSet, hintsOf, isEmpty } from '../tree/hint-set.ts'
import type { TreeOptions } from '../tree/context.ts'
import type { Tree } from '../tree/tree.ts'
import { createProblems, type Problems } from './problems.ts'

export interface PatrolOptions {
  readonly clock: Clock
  readonly monitor: Pick<Monitor, 'guarantee'>
  readonly pollIntervalMs: number
  /** 0: never. */
  readonly scrubIntervalMs: number
  /** What is mounted below the source; see `FileSystem.mounts`. */
  mounts(): ReadonlyMap<RawPath, string> | undefined
}

/**
 * Looks that nobody hinted at: paths that could not be looked at, directories without a watch, places where something was mounted
 * or unmounted, and the scrub of everything.
 */
export class Patrol {
  readonly problems: Problems
  readonly #o: PatrolOptions
  readonly #uncovered = new Set<DirId>()
  /** Some of those that were uncovered are being read, and will say so again if they still are. */
  #isPolling = false
  #again = createHintSet()
  /** Problems that were met since what had failed was hinted at once more. */
  #renewed: Set<RawPath> | undefined
  #retryAt: number | undefined
  #pollAt: number | undefined
  #scrubAt: number | undefined
  #mountsAt: number | undefined
  #mounts: ReadonlyMap<RawPath, string> | undefined

  constructor(options: PatrolOptions) {
    const { clock, scrubIntervalMs } = options
    this.#o = options
    this.problems = createProblems(() => clock.now())
    if (scrubIntervalMs > 0) this.#scrubAt = clock.monotonic() + scrubIntervalMs
    // Before anything is read: what is mounted later shows as a difference.
    this.#mounts = options.mounts()
    if (this.#mounts !== undefined) this.#mountsAt = clock.monotonic() + MOUNTS_MS
  }

  get uncovered(): number {
    return this.#uncovered.size
  }

  /** Whether something may happen that nobody tells of. */
  get mayMiss(): boolean {
    return this.#o.monitor.guarantee !== 'no-loss' || this.#isPolling || this.#uncovered.size > 0
  }

  get nextAt(): number | undefined {
    return earliest([this.#retryAt, this.#pollAt, this.#scrubAt, this.#mountsAt])
  }

  /** What a tree tells of what it cannot look at or watch. */
  get reports(): Pick<TreeOptions, 'uncovered' | 'problem' | 'again' | 'owed' | 'solved' | 'mountMet'> {
    return {
      uncovered: (dir) => this.addUncovered(dir),
      problem: (path, error) => this.addProblem(path, error),
      again: (hint) => this.again(hint),
      owed: () => (isEmpty(this.#again) ? undefined : this.#again),
      solved: (path) => this.solve(path),
      mountMet: (path) => this.#meetMount(path),
    }
  }

  addProblem(path: RawPath, error: unknown): void {
    this.problems.add(toText(path), error)
    this.#renewed?.add(path)
  }

  /** A look that could not be done is asked for once more, with all that was said of it. */
  again(hint: Exclude<Hint, { type: 'root' }>): void {
    addHint(this.#again, hint, 0)
    this.#retryAt ??= this.#o.clock.monotonic() + RETRY_MS
  }

  solve(path: RawPath): void {
    if (this.problems.size > 0) this.problems.solve(toText(path))
  }

  /** Whether a path, or a directory above it, could not be looked at: what is not known of it may be there all the same. */
  isUnknown(path: RawPath): boolean {
    if (this.problems.size === 0) return false
    for (let at = path; ; at = parentOf(at)) {
      if (this.problems.has(toText(at))) return true
      if (at === '') return false
    }
  }

  addUncovered(dir: DirId): void {
    this.#uncovered.add(dir)
    this.#pollAt ??= this.#o.clock.monotonic() + this.#o.pollIntervalMs
  }

  /** Whether bytes may have been written where nobody could look since: the times of what is there do not tell. */
  get owesLooks(): boolean {
    for (const names of this.#again.entries.values()) {
      for (const { content, made, moved, suspectFromMs } of names.values())
        if (content || made || moved || suspectFromMs < Infinity) return true
    }
    return [...this.#again.trees.values()].some(Number.isFinite)
  }

  /** The tree is read anew: what it cannot watch it will say again. Returns the looks that are owed. */
  forget(): Exclude<Hint, { type: 'root' }>[] {
    this.#startPolling()
    const again = this.#again
    this.#again = createHintSet()
    this.#renewed = new Set()
    return [...hintsOf(again)]
  }

  /** Hints at what is due. */
  visit(tree: Tree, now: number): void {
    if (isDue(this.#retryAt, now)) {
      this.#retryAt = undefined
      const again = this.#again
      this.#again = createHintSet()
      this.#renewed = new Set()
      for (const hint of hintsOf(again)) tree.hint(hint)
    }
    if (isDue(this.#pollAt, now)) {
      this.#pollAt = undefined
      // Those that still cannot be watched come back when they are read.
      for (const dir of this.#uncovered) tree.hint({ type: 'directory', dir })
      this.#startPolling()
    }
    if (isDue(this.#mountsAt, now)) {
      this.#mountsAt = now + MOUNTS_MS
      this.#visitMounts(tree)
    }
  }

  #startPolling(): void {
    this.#isPolling ||= this.#uncovered.size > 0
    this.#uncovered.clear()
  }

  /** It may be gone again by the next visit, which would find it neither before nor then. */
  #meetMount(path: RawPath): void {
    if (this.#mounts !== undefined && !this.#mounts.has(path)) this.#mounts = new Map([...this.#mounts, [path, 'unknown']])
  }

  /** The kernel tells of what is unmounted, but not of what is mounted over a watched directory. */
  #visitMounts(tree: Tree): void {
    const before = this.#mounts
    const now = this.#o.mounts()
    if (before === undefined || now === undefined) return
    this.#mounts = now
    for (const path of new Set([...before.keys(), ...now.keys()])) if (before.get(path) !== now.get(path)) hintAtEntry(tree, path)
  }

  /** Everything that was hinted at has been looked at: problems that were not met again have gone elsewhere with their paths. */
  looked(): void {
    this.#isPolling = false
    if (this.#renewed === undefined) return
    for (const path of this.problems.paths()) if (!this.#renewed.has(path)) this.problems.solve(toText(path))
    this.#renewed = undefined
  }

  /** Whether it is time to compare everything with the disk; sets the next time. */
  isScrubDue(now: number): boolean {
    if (!isDue(this.#scrubAt, now)) return false
    this.#scrubAt = now + this.#o.scrubIntervalMs
    return true
  }
}

const RETRY_MS = 2000
const MOUNTS_MS = 5000

function hintAtEntry(tree: Tree, path: RawPath): void {
  const parent = tree.directories.nearest(parentOf(path))
  if (parent.exact) tree.hint({ type: 'entry', dir: parent.dir, name: nameOf(path), content: false })
}

export function isDue(at: number | undefined, now: number): boolean {
  return at !== undefined && at <= now
}

export function earliest(times: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined
  for (const at of times) if (at !== undefined && (first === undefined || at < first)) first = at
  return first
}
