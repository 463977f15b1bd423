import type { Assembly } from '../batch/assemble.ts'
import type { Step } from '../batch/step.ts'
import type { Scope } from '../model/difference.ts'
import { isWithin, parentOf, type RawPath } from '../model/path.ts'
import { type Item, mergeItem } from '../schedule/item.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Comparison } from './comparison.ts'
import type { Flight } from './flight.ts'
import { freshItem, SETTLED_ATTEMPTS } from './retries.ts'
import type { Doubt } from './second-look.ts'

export interface OutboxOptions {
  readonly schedule: Schedule
  readonly flight: Flight
  readonly comparison: Comparison
  /** Whether the handler can delete; if not, deletions are `forgotten` instead of sent. */
  readonly deletes: boolean
  forget(steps: readonly Step[]): void
  /** Why something must not be deleted yet; see {@link SecondLook.doubt}. */
  doubt(step: Step): Doubt | undefined
  /** Deletions that are held back, the first time they are met. */
  held(paths: readonly RawPath[]): void
}

/** Steps that go together, and what has to be compared again when they have come back. */
export interface Parcel {
  readonly steps: readonly Step[]
  readonly again: readonly Item[]
  /** When it was made up, for {@link Outbox.isDisturbed}. */
  readonly mark: number
}

/** What waits for one target: it turns touched paths into the next batch. */
export class Outbox {
  readonly #o: OutboxOptions
  readonly #held = new Set<RawPath>()
  /** Of those that are held, or were a moment ago: told of already. */
  readonly #toldHeld = new Set<RawPath>()
  /** Items that wait for a batch in flight to come back. */
  readonly #parked = new Map<RawPath, Item>()
  /** Rounds that are over: what was due together counts once, however many batches it took. */
  rounds = 0
  /** Something of a round was sent, and something else that is due may belong to it. */
  isRoundOpen = false
  #inFlight = 0

  constructor(options: OutboxOptions) {
    this.#o = options
  }

  get pending(): number {
    return this.#o.schedule.size + this.#parked.size
  }

  get held(): number {
    return this.#held.size
  }

  get nextAt(): number | undefined {
    return this.#o.schedule.nextAt()
  }

  /** Takes back problems of paths that are none any more. */
  forgetSolved(): void {
    this.#o.comparison.forgetSolved()
  }

  /** Paths that wait and have failed less often than `attempts`. */
  unsettled(attempts: number): number {
    return this.#parked.size + this.#o.schedule.unsettled(attempts)
  }

  touch(path: RawPath, scope: Scope, now: number): void {
    this.#o.schedule.touch(path, scope, now)
  }

  /** Something happened at this path; see {@link Flight.disturb}. */
  disturb(path: RawPath): void {
    this.#o.flight.disturb(path)
  }

  /** Whether something happened at or above what a step of the parcel has sent. */
  isDisturbed({ mark }: Parcel, { path, from }: Step): boolean {
    return this.#o.flight.isDisturbed(path, mark) || (from !== undefined && this.#o.flight.isDisturbed(from, mark))
  }

  /** Windows and waits for single files are over for what waits now; only retries still wait. */
  flush(now: number): void {
    this.#o.schedule.flush(now)
  }

  /** The window is over; single files may still wait. Cheap. Returns from when on it may be sent. */
  hasten(now: number): number {
    this.#o.schedule.hasten(now)
    return now
  }

  /** The next batch of what is due; its paths are taken until {@link Outbox.release}. `patient`: files that settle or are big may wait. */
  next(now: number, maxChanges: number, patient: boolean): Parcel | undefined {
    const asked = new Set<RawPath>()
    for (;;) {
      const items = this.#o.schedule.take(now, maxChanges)
      if (items.length === 0) {
        this.#endRound(now)
        return undefined
      }
      const assembly = this.#o.comparison.compare(this.#unhold(items), maxChanges, patient)
      const { steps, later } = this.#distribute(assembly, asked, now)
      if (steps.length > 0) {
        const mark = this.#o.flight.add(pathsOf(steps))
        this.#inFlight++
        this.isRoundOpen = true
        this.#endRound(now)
        return { steps, again: assembly.again, mark }
      }
      for (const item of assembly.again) {
        if (later === undefined) this.#park(item)
        else this.#postpone(item, now, later) // at once it would meet the same
      }
      if (this.#inFlight === 0) this.#unpark()
    }
  }

  /** The batch has come back. */
  release({ steps }: Parcel): void {
    this.#o.flight.delete(pathsOf(steps))
    this.#inFlight--
    this.#unpark()
  }

  /** It is not sent after all. */
  withdraw(parcel: Parcel, now: number): void {
    this.release(parcel)
    for (const item of parcel.again) this.#o.schedule.resume(item)
    for (const path of pathsOf(parcel.steps)) this.#o.schedule.resume(freshItem(path, now))
  }

  #endRound(now: number): void {
    const { nextAt } = this
    if (!this.isRoundOpen || (nextAt !== undefined && nextAt <= now)) return
    this.isRoundOpen = false
    this.rounds++
  }

  /** `asked`: directories that were compared for what is to go into them. `later`: why steps were left out that may come yet. */
  #distribute(assembly: Assembly<Item>, asked: Set<RawPath>, now: number): { steps: Step[]; later?: Doubt } {
    const { steps, rest, waiting, held, busy, parents } = assembly
    const { schedule, deletes } = this.#o
    for (const item of rest) schedule.resume(item)
    for (const { path, item, at } of waiting) schedule.postpone({ ...item, path, scope: 'entry', after: undefined }, at)
    for (const path of busy) this.#park(freshItem(path, now))
    for (const path of parents) this.#compareFirst(path, asked, now)
    this.#hold(held)
    if (deletes) return this.#withoutDoubtful(steps, now)
    this.#o.forget(steps.filter((step) => step.type === 'delete'))
    return { steps: steps.filter((step) => step.type !== 'delete') }
  }

  /** A directory that the target lacks, with what is to go into it: unless it is in use, or was compared just now and could not be sent. */
  #compareFirst(path: RawPath, asked: Set<RawPath>, now: number): void {
    const item: Item = { ...freshItem(path, now), scope: 'tree' }
    if (this.#parked.has(path)) this.#park(item)
    else if (asked.has(path)) this.#o.schedule.postpone(item, now + RETURNED_MS)
    else this.#o.schedule.touch(path, 'tree', now)
    asked.add(path)
  }

  /** By the next comparison it may be known what is there. */
  #withoutDoubtful(steps: readonly Step[], now: number): { steps: Step[]; later?: Doubt } {
    const doubtful = new Map<RawPath, Doubt>()
    for (const step of steps) {
      const doubt = this.#o.doubt(step)
      if (doubt !== undefined) doubtful.set(step.path, doubt)
    }
    if (doubtful.size === 0) return { steps: [...steps] }
    const [later] = doubtful.values()
    for (const [path, doubt] of doubtful) this.#postpone(freshItem(path, now), now, doubt)
    // Nor the directories above, which would not be empty.
    const held = new Set(doubtful.keys())
    for (const path of doubtful.keys()) for (let at = parentOf(path); at !== '' && !held.has(at); at = parentOf(at)) held.add(at)
    const isHeld = ({ type, path }: Step): boolean => type === 'delete' && held.has(path)
    for (const step of steps) {
      if (isHeld(step) && !doubtful.has(step.path)) this.#postpone({ ...freshItem(step.path, now), scope: 'tree' }, now, later!)
    }
    return { steps: steps.filter((step) => !isHeld(step)), later: later! }
  }

  #postpone(item: Item, now: number, doubt: Doubt): void {
    if (doubt === 'back') this.#o.schedule.postpone(item, now + RETURNED_MS)
    else this.#o.schedule.postpone({ ...item, attempts: SETTLED_ATTEMPTS }, now + UNKNOWN_MS) // it may stay unknown: nobody waits for it
  }

  /** What is compared again is held only if that says so once more: its files may be back. */
  #unhold(items: Item[]): Item[] {
    for (const item of this.#held.size === 0 ? [] : items) {
      if (item.after !== undefined) continue // what comes before was compared a moment ago
      // A directory was held for all that was in it.
      if (this.#held.delete(item.path)) mergeItem(item, 'tree', item.lastAt)
      if (item.scope === 'entry') continue
      for (const held of this.#held) {
        if (!isWithin(held, item.path)) continue
        this.#held.delete(held)
        mergeItem(item, 'tree', item.lastAt) // a listing would not lead there again
      }
    }
    return items
  }

  #hold(paths: readonly RawPath[]): void {
    for (const path of paths) this.#held.add(path)
    const untold = paths.filter((path) => !this.#toldHeld.has(path))
    for (const path of untold) this.#toldHeld.add(path)
    if (untold.length > 0) this.#o.held(untold)
    if (this.#held.size === 0 && this.#parked.size === 0) this.#toldHeld.clear() // what is parked may be held, too
  }

  #park(item: Item): void {
    const known = this.#parked.get(item.path)
    if (known === undefined) this.#parked.set(item.path, item)
    else mergeItem(known, item.scope, item.lastAt)
  }

  #unpark(): void {
    const parked = [...this.#parked.values()]
    this.#parked.clear()
    this.#o.schedule.resumeFirst(parked)
  }
}

/** Every place that steps are about. */
export function pathsOf(steps: readonly Step[]): RawPath[] {
  return steps.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))
}

/** Until then what is there again has been looked at, and a directory that was kept back may be free to go. */
const RETURNED_MS = 200
/** As often as what could not be looked at is looked at again. */
const UNKNOWN_MS = 2000
