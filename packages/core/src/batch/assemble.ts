import type { Difference, Scope } from '../model/difference.ts'
import type { DirId } from '../model/entry.ts'
import { isWithin, parentOf, type RawPath } from '../model/path.ts'
import { planMoves } from './moves.ts'
import { type Step, stepFor } from './step.ts'

/** What a batch is made of. `Item` is the schedule's. */
export interface AssembleInput<Item extends DueItem> {
  readonly items: readonly Item[]
  readonly maxChanges: number
  readonly moves: boolean
  lookup(path: RawPath): Difference
  walk(item: Item): { next(): Difference | undefined; readonly cursor: RawPath | undefined }
  /** What the target holds below a directory of its own, deepest first. */
  goneBelow(dir: DirId, path: RawPath): Iterable<Difference>
  /** Whether the target holds something in a directory of its own. */
  holdsAny(dir: DirId): boolean
  /** Whether the target is known to hold a directory there. */
  holdsDirectory(path: RawPath): boolean
  /** Entries that the deletion of `path` would take. */
  count(path: RawPath): number
  /** Whether that many deletions may be sent now. */
  mayDelete(count: number): boolean
  /** Whether a batch in flight has to come back first. */
  isBusy(path: RawPath): boolean
  /** Until when a file has to wait by itself (settling, big); `undefined`: it may go. */
  waitUntil(difference: Difference, item: Item): number | undefined
}

export interface DueItem {
  readonly path: RawPath
  scope: Scope
  after: RawPath | undefined
}

export interface Assembly<Item> {
  readonly steps: Step[]
  /** To be compared again when this batch (or, without steps, any batch in flight) has come back. */
  readonly again: Item[]
  /** Not wholly compared; goes on at once. */
  readonly rest: Item[]
  /** Single paths that have to wait, each until its own time. */
  readonly waiting: { readonly path: RawPath; readonly item: Item; readonly at: number }[]
  /** Deletions that are held back. */
  readonly held: RawPath[]
  /** Paths that are in use by a batch in flight. */
  readonly busy: RawPath[]
  /** Directories that the target lacks although something below them was to be sent. They have to go first, and bring it along. */
  readonly parents: Set<RawPath>
}

/** Turns due items into the steps of one batch. Renames go by themselves, as everything else is told relative to them. */
export function assemble<Item extends DueItem>(input: AssembleInput<Item>): Assembly<Item> {
  if (input.moves) {
    // A rename touches both of its places as trees.
    const free = input.items.filter((item) => item.scope === 'tree' && item.path !== '' && !input.isBusy(item.path))
    const { steps, occupied } = planMoves(
      free.map((item) => input.lookup(item.path)),
      input,
    )
    if (steps.length > 0) return afterMoves(input, steps)
    if (occupied.length > 0) {
      const builder = new Builder(input)
      builder.makeRoom(occupied)
      if (builder.assembly.steps.length > 0) return { ...builder.assembly, again: [...input.items], rest: [] }
    }
  }
  const builder = new Builder(input)
  builder.fill()
  return builder.assembly
}

/** Items at and below what is renamed are compared in whole afterwards. */
function afterMoves<Item extends DueItem>({ items, maxChanges }: AssembleInput<Item>, planned: Step[]): Assembly<Item> {
  const steps = planned.slice(0, maxChanges)
  for (const item of items) {
    if (steps.some((step) => step.path === item.path || step.from === item.path)) item.scope = 'tree'
  }
  return { steps, again: [...items], rest: [], waiting: [], held: [], busy: [], parents: new Set() }
}

class Builder<Item extends DueItem> {
  readonly assembly: Assembly<Item> = { steps: [], again: [], rest: [], waiting: [], held: [], busy: [], parents: new Set() }
  readonly #input: AssembleInput<Item>
  readonly #others: Step[] = []
  readonly #known = new Set<RawPath>()
  /** Whether the target holds, or gets with this batch, a directory there. */
  readonly #directories = new Map<RawPath, boolean>()

  constructor(input: AssembleInput<Item>) {
    this.#input = input
  }

  fill(): void {
    const gone: { difference: Difference; item: Item }[] = []
    for (const item of this.#input.items) {
      if (this.#room(gone.length) <= 0) this.assembly.rest.push(item)
      else this.#compare(item, gone)
    }
    const replacing = gone.filter(({ difference }) => difference.seen !== undefined).length
    const room = this.#input.maxChanges - (this.#others.length - replacing)
    const unfinished = this.delete(
      gone.map(({ difference }) => difference),
      room,
    )
    const isHeld = this.assembly.held.length > 0
    for (const { difference, item } of isHeld ? [] : gone) {
      if (unfinished.has(difference.path))
        this.assembly.again.push({ ...item, path: difference.path, scope: 'entry', after: undefined })
    }
    this.assembly.steps.push(...this.#others.filter((step) => !this.#isAbove(step, unfinished)))
  }

  /**
   * Adds the deletion of all that directories hold, so that others can be renamed to their places. Only what the source lacks at its
   * path is ever deleted: where it has an entry of the same name, nothing is renamed, and all goes as contents.
   */
  makeRoom(occupied: readonly Difference[]): void {
    for (const top of occupied) {
      const gone = this.#lackedBelow(top)
      if (gone.length > 0 && this.#input.mayDelete(this.#input.count(top.path) - 1)) this.assembly.steps.push(...gone)
    }
  }

  /** The first deletions of all that is held below a directory; none when the source has something at one of these paths. */
  #lackedBelow({ path, acked }: Difference): Step[] {
    const { lookup, goneBelow, maxChanges } = this.#input
    const gone: Step[] = []
    for (const below of goneBelow(acked!.id, path)) {
      if (this.assembly.steps.length + gone.length >= maxChanges) break
      if (lookup(below.path).seen !== undefined) return []
      gone.push(stepFor(below))
    }
    return gone
  }

  /**
   * Adds deletions, deepest first, all held back when they are too many; returns the tops that did not fit. What takes the place of
   * one needs room as well.
   */
  delete(gone: readonly Difference[], room: number): Set<RawPath> {
    const { count, mayDelete, goneBelow } = this.#input
    const unfinished = new Set<RawPath>()
    if (gone.length === 0) return unfinished
    const tops = withoutNested(gone)
    const total = tops.reduce((sum, { path, acked }) => sum + (acked!.id > 0 ? count(path) : 1), 0)
    if (!mayDelete(total)) {
      for (const { path } of tops) this.assembly.held.push(path)
      return new Set(gone.map(({ path }) => path))
    }
    let left = room
    for (const top of tops) {
      if (top.acked!.id > 0) {
        for (const below of goneBelow(top.acked!.id, top.path)) {
          if (left <= 0) break
          left--
          this.assembly.steps.push(stepFor(below))
        }
      }
      if (left <= 0) unfinished.add(top.path)
      else if (top.seen === undefined) this.assembly.steps.push(stepFor(top))
      left--
    }
    return unfinished
  }

  #room(gone: number): number {
    return this.#input.maxChanges - this.#others.length - gone
  }

  #compare(item: Item, gone: { difference: Difference; item: Item }[]): void {
    const walk = this.#input.walk(item)
    for (let difference = walk.next(); difference !== undefined; difference = walk.next()) {
      this.#take(difference, item, gone)
      if (this.#room(gone.length) <= 0) {
        this.assembly.rest.push({ ...item, scope: item.scope === 'entry' ? 'tree' : item.scope, after: walk.cursor })
        return
      }
    }
  }

  #take(difference: Difference, item: Item, gone: { difference: Difference; item: Item }[]): void {
    const { path, seen, acked } = difference
    if (this.#known.has(path)) return
    this.#known.add(path)
    const loses = acked !== undefined && acked.id > 0 && seen?.kind !== 'directory'
    // What is on its way into a directory has to arrive before that is changed, replaced or deleted itself.
    if (this.#input.isBusy(path)) {
      this.assembly.busy.push(path)
      return
    }
    if (seen !== undefined && !this.#hasDirectory(parentOf(path))) {
      if (!this.#known.has(parentOf(path))) this.assembly.parents.add(parentOf(path))
      return
    }
    const at = seen?.kind === 'file' ? this.#input.waitUntil(difference, item) : undefined
    if (at !== undefined) {
      this.assembly.waiting.push({ path, item, at })
      return
    }
    if (seen === undefined || loses) gone.push({ difference, item })
    if (seen === undefined) return
    this.#others.push(stepFor(difference))
    if (seen.kind === 'directory') this.#directories.set(path, true)
  }

  #hasDirectory(path: RawPath): boolean {
    const known = path === '' || this.#directories.get(path)
    if (known !== undefined) return known
    const holds = this.#input.holdsDirectory(path)
    this.#directories.set(path, holds)
    return holds
  }

  /** A file cannot take the place of a directory that is not empty yet. */
  #isAbove(step: Step, unfinished: ReadonlySet<RawPath>): boolean {
    for (const path of unfinished) if (isWithin(step.path, path)) return true
    return false
  }
}

/** What lies below something else that goes is taken with it. */
function withoutNested(gone: readonly Difference[]): readonly Difference[] {
  const directories = new Set<RawPath>()
  for (const { path, acked } of gone) if (acked!.id > 0) directories.add(path)
  if (directories.size === 0) return gone
  const isNested = (path: RawPath): boolean => {
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) if (directories.has(at)) return true
    return false
  }
  return gone.filter(({ path }) => !isNested(path))
}
