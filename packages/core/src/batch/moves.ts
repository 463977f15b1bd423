import { type AckedEntry, DOUBT } from '../model/acked.ts'
import type { Difference } from '../model/difference.ts'
import type { DirId } from '../model/entry.ts'
import { depthOf, isWithin, parentOf, type RawPath } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'
import { type Step, stepFor } from './step.ts'

export interface MovePlan {
  /** Missing parents and renames, in an order that works. */
  readonly steps: Step[]
  /** Directories that have to be emptied before a rename can be done; only when there are no steps. */
  readonly occupied: Difference[]
}

/**
 * Finds renames among differences: what the target holds at a place that the source has left, and the source has at another.
 * Only those are taken that are sure to work one after the other; the rest meets again in the next round, and a circle of
 * renames is left to be sent as contents.
 */
export function planMoves(differences: readonly Difference[], target: MoveTarget): MovePlan {
  const candidates = pair(differences)
  const plan = new Plan(target)
  let waiting = candidates
  for (let before = -1; waiting.length !== before && waiting.length > 0;) {
    before = waiting.length
    waiting = waiting.filter((move) => !plan.accept(move, waiting))
  }
  return { steps: plan.steps, occupied: plan.steps.length > 0 ? [] : plan.occupied }
}

/** What is known of the target. */
export interface MoveTarget {
  lookup(path: RawPath): Difference
  /** Whether the target holds something in a directory of its own. */
  holdsAny(dir: DirId): boolean
}

interface Move {
  readonly from: RawPath
  readonly to: Difference
  readonly seen: SeenEntry
  readonly acked: AckedEntry
}

function pair(differences: readonly Difference[]): Move[] {
  const left = new Map<string, Difference>()
  for (const difference of differences) {
    const { seen, acked } = difference
    if (acked === undefined || acked.stamp === DOUBT || (acked.kind !== 'file' && acked.kind !== 'directory')) continue
    if (seen === undefined || !isSame(seen, acked)) left.set(keyOf(acked), difference)
  }
  if (left.size === 0) return []
  const moves: Move[] = []
  for (const to of differences) {
    const { seen } = to
    if (seen === undefined || (to.acked !== undefined && isSame(seen, to.acked))) continue
    const from = left.get(keyOf(seen))
    if (from?.acked === undefined || from.path === to.path || !isSame(seen, from.acked)) continue
    if (seen.kind === 'file' && from.acked.content !== seen.content) continue
    moves.push({ from: from.path, to, seen, acked: from.acked })
    left.delete(keyOf(seen))
  }
  // Out of a directory before the directory itself.
  return moves.sort((a, b) => depthOf(b.from) - depthOf(a.from))
}

class Plan {
  readonly steps: Step[] = []
  readonly occupied: Difference[] = []
  readonly #target: MoveTarget
  readonly #left = new Set<RawPath>()
  readonly #taken = new Set<RawPath>()

  constructor(target: MoveTarget) {
    this.#target = target
  }

  accept(move: Move, waiting: readonly Move[]): boolean {
    const { from, to, seen, acked } = move
    if (isWithin(to.path, from) || this.#isDisturbed(from) || this.#isDisturbed(to.path)) return false
    if (!this.#isFree(move, waiting)) return false
    const parents = this.#missingParents(parentOf(to.path))
    if (parents === undefined) return false
    this.steps.push(...parents.map(stepFor), { type: 'move', path: to.path, from, seen, acked })
    for (const { path } of parents) this.#taken.add(path)
    this.#left.add(from)
    this.#taken.add(to.path)
    return true
  }

  /** Whether an accepted rename changes what this path means. */
  #isDisturbed(path: RawPath): boolean {
    for (let at = path; at !== ''; at = parentOf(at)) {
      if (this.#taken.has(at) && at === path) return true
      if (at !== path && (this.#left.has(at) || this.#movedTo(at))) return true
    }
    return false
  }

  #movedTo(path: RawPath): boolean {
    return this.#taken.has(path) && this.steps.some((step) => step.type === 'move' && step.path === path)
  }

  /** A rename takes the place of all but a directory that holds something. */
  #isFree({ to }: Move, waiting: readonly Move[]): boolean {
    if (to.acked === undefined || to.acked.id === 0 || this.#left.has(to.path)) return true
    if (!this.#target.holdsAny(to.acked.id)) return true
    if (!waiting.some((other) => other.from === to.path)) this.occupied.push(to)
    return false
  }

  /** Directories that the target lacks on the way to `path`, upper ones first; `undefined`: something else is in the way. */
  #missingParents(path: RawPath): Difference[] | undefined {
    const missing: Difference[] = []
    for (let at = path; at !== '' && !this.#taken.has(at); at = parentOf(at)) {
      const here = this.#target.lookup(at)
      if (here.seen?.kind !== 'directory' || this.#left.has(at)) return undefined
      if (here.acked !== undefined) return here.acked.kind === 'directory' && isSame(here.seen, here.acked) ? missing : undefined
      missing.unshift(here)
    }
    return missing
  }
}

function keyOf({ dev, ino, birthMs, kind }: Pick<AckedEntry, 'dev' | 'ino' | 'birthMs' | 'kind'>): string {
  return `${kind}:${dev}:${ino}:${birthMs}`
}

function isSame(seen: SeenEntry, acked: AckedEntry): boolean {
  return acked.stamp !== DOUBT && keyOf(seen) === keyOf(acked)
}
