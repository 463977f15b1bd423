import type { Scope } from '../model/difference.ts'
import { parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'
import { type Item, mergeItem } from './item.ts'
import { createQueue } from './queue.ts'

/**
 * When paths are due for one target. Everything that comes within a window goes together; single paths may wait longer (a
 * retry, a big file, one still being written). Pure: the time is told.
 */
export interface Schedule {
  touch(path: RawPath, scope: Scope, now: number): void
  /** Puts an item back until `at`; touching its path meanwhile does not hurry it, but for retries (see `hurryMs`). */
  postpone(item: Item, at: number): void
  /** Puts an item back at once, ahead of what came later. */
  resume(item: Item): void
  /** Puts items back in their order, ahead of all others: a directory stays ahead of what is below it. */
  resumeFirst(items: readonly Item[]): void
  /** Takes all items that are due, at most `limit`. */
  take(now: number, limit: number): Item[]
  /** When the next item is due; `undefined`: nothing waits. */
  nextAt(): number | undefined
  /** Everything that waits is due now, but retries. */
  flush(now: number): void
  /** What is in the window is due now. */
  hasten(now: number): void
  readonly size: number
  /** Items that have failed less often than `attempts`. */
  unsettled(attempts: number): number
}

export interface ScheduleTimes {
  readonly delayMs: number
  /** A path that failed and is touched again is tried after this time at the latest. */
  readonly hurryMs: number
}

export function createSchedule(times: ScheduleTimes): Schedule {
  return new Window(times)
}

class Window implements Schedule {
  readonly #times: ScheduleTimes
  /** In order of their first touch. */
  readonly #window = new Map<RawPath, Item>()
  readonly #resumed: Item[] = []
  /** Items that wait each for its own time. */
  readonly #later = createQueue()
  /** When what is in the window is due. */
  #dueAt: number | undefined

  constructor(times: ScheduleTimes) {
    this.#times = times
  }

  get size(): number {
    return this.#resumed.length + this.#window.size + this.#later.size
  }

  touch(path: RawPath, scope: Scope, now: number): void {
    const waiting = this.#later.get(path)
    if (waiting !== undefined) {
      mergeItem(waiting, scope, now)
      if (waiting.attempts > 0) this.#later.hurry(path, now + this.#times.hurryMs)
      return
    }
    const known = this.#window.get(path) ?? this.#resumed.find((item) => item.path === path)
    if (known !== undefined) return mergeItem(known, scope, now)
    this.#dueAt ??= now + this.#times.delayMs
    addBounded(this.#window, { path, scope, firstAt: now, lastAt: now, attempts: 0, after: undefined })
  }

  postpone(item: Item, at: number): void {
    this.#takeIn(item)
    this.#later.add(item, at)
  }

  resume(item: Item): void {
    this.#takeIn(item)
    this.#resumed.push(item)
  }

  resumeFirst(items: readonly Item[]): void {
    for (const item of items) this.#takeIn(item)
    this.#resumed.unshift(...items)
  }

  take(now: number, limit: number): Item[] {
    const items = this.#resumed.splice(0, limit)
    items.push(...this.#later.take(now, limit - items.length))
    if (this.#dueAt === undefined || this.#dueAt > now) return items
    for (const [path, item] of this.#window) {
      if (items.length >= limit) return items
      this.#window.delete(path)
      items.push(item)
    }
    this.#dueAt = undefined
    return items
  }

  nextAt(): number | undefined {
    if (this.#resumed.length > 0) return -Infinity
    const at = this.#later.nextAt()
    return this.#dueAt === undefined ? at : at === undefined ? this.#dueAt : Math.min(at, this.#dueAt)
  }

  flush(now: number): void {
    this.hasten(now)
    this.#later.flush(now)
  }

  hasten(now: number): void {
    if (this.#window.size > 0) this.#dueAt = Math.min(now, this.#dueAt ?? now)
  }

  unsettled(attempts: number): number {
    let count = this.#later.unsettled(attempts)
    for (const items of [this.#window.values(), this.#resumed]) for (const item of items) if (item.attempts < attempts) count++
    return count
  }

  /** What was touched meanwhile goes with the item that is put back. */
  #takeIn(item: Item): void {
    const newer = this.#window.get(item.path)
    if (newer === undefined) return
    this.#window.delete(item.path)
    mergeItem(item, newer.scope, newer.lastAt)
  }
}

/** More paths than this are told by their directories, more directories by the root: a dead target costs no more memory. */
const MOST_ITEMS = 100_000

function addBounded(window: Map<RawPath, Item>, item: Item): void {
  if (window.size < MOST_ITEMS) {
    window.set(item.path, item)
    return
  }
  const path = window.size < 2 * MOST_ITEMS && item.scope === 'entry' ? parentOf(item.path) : ROOT_PATH
  const scope = path === ROOT_PATH && item.scope !== 'entry' ? 'tree' : 'listing'
  const known = window.get(path)
  if (known !== undefined) mergeItem(known, scope, item.lastAt)
  else window.set(path, { ...item, path, scope: window.size < 2 * MOST_ITEMS ? scope : 'tree' })
}
