import type { Scope } from '../model/difference.ts'
import { parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { Item } from './item.ts'
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
  /** Takes all items that are due, at most `limit`. */
  take(now: number, limit: number): Item[]
  /** When the next item is due; `undefined`: nothing waits. */
  nextAt(): number | undefined
  /** Everything that waits is due now, but retries. */
  flush(now: number): void
  readonly size: number
  /** Items that have failed less often than `attempts`. */
  unsettled(attempts: number): number
}

export interface ScheduleTimes {
  readonly delayMs: number
  /** A path that failed and is touched again is tried after this time at the latest. */
  readonly hurryMs: number
}

export function createSchedule({ delayMs, hurryMs }: ScheduleTimes): Schedule {
  /** In order of their first touch. */
  const window = new Map<RawPath, Item>()
  const resumed: Item[] = []
  let dueAt: number | undefined
  const later = createQueue()
  return {
    touch(path, scope, now) {
      const waiting = later.get(path)
      if (waiting !== undefined) {
        merge(waiting, scope, now)
        if (waiting.attempts > 0) later.hurry(path, now + hurryMs)
        return
      }
      const known = window.get(path) ?? resumed.find((item) => item.path === path)
      if (known !== undefined) return merge(known, scope, now)
      dueAt ??= now + delayMs
      addBounded(window, { path, scope, firstAt: now, lastAt: now, attempts: 0, after: undefined })
    },
    postpone(item, at) {
      const newer = window.get(item.path)
      if (newer !== undefined) {
        window.delete(item.path)
        merge(item, newer.scope, newer.lastAt)
      }
      later.add(item, at)
    },
    resume(item) {
      const newer = window.get(item.path)
      if (newer !== undefined) {
        merge(item, newer.scope, newer.lastAt)
        window.delete(item.path)
      }
      resumed.push(item)
    },
    take(now, limit) {
      const items = resumed.splice(0, limit)
      items.push(...later.take(now, limit - items.length))
      if (dueAt === undefined || dueAt > now) return items
      for (const [path, item] of window) {
        if (items.length >= limit) return items
        window.delete(path)
        items.push(item)
      }
      dueAt = undefined
      return items
    },
    nextAt() {
      if (resumed.length > 0) return -Infinity
      const at = later.nextAt()
      return dueAt === undefined ? at : at === undefined ? dueAt : Math.min(at, dueAt)
    },
    flush(now) {
      if (window.size > 0) dueAt = now
      later.flush(now)
    },
    get size() {
      return resumed.length + window.size + later.size
    },
    unsettled(attempts) {
      let count = later.unsettled(attempts)
      for (const items of [window.values(), resumed]) for (const item of items) if (item.attempts < attempts) count++
      return count
    },
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
  if (known !== undefined) merge(known, scope, item.lastAt)
  else window.set(path, { ...item, path, scope: window.size < 2 * MOST_ITEMS ? scope : 'tree' })
}

const WIDTH = { entry: 0, listing: 1, tree: 2 } as const

/** A touched item has to be compared from its start again. */
function merge(item: Item, scope: Scope, at: number): void {
  if (WIDTH[scope] > WIDTH[item.scope]) item.scope = scope
  item.lastAt = Math.max(item.lastAt, at)
  item.after = undefined
}
