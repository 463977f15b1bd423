import type { RawPath } from '../model/path.ts'
import type { Item } from './item.ts'

/** Items that wait, each for its own time: a binary heap with a look-up by path. */
export interface Queue {
  get(path: RawPath): Item | undefined
  add(item: Item, at: number): void
  /** Brings an item forward to `at` unless it is due earlier. */
  hurry(path: RawPath, at: number): void
  take(now: number, limit: number): Item[]
  /** Makes everything due that has not failed. */
  flush(now: number): void
  nextAt(): number | undefined
  readonly size: number
  unsettled(attempts: number): number
}

export function createQueue(): Queue {
  /** Holds stale nodes, too: one is valid while it is its path's current node. */
  let heap: Node[] = []
  const nodes = new Map<RawPath, Node>()
  const add = (item: Item, at: number): void => {
    const node = { item, at }
    nodes.set(item.path, node)
    push(heap, node)
  }
  const dropStale = (): Node | undefined => {
    while (heap.length > 0 && nodes.get(heap[0]!.item.path) !== heap[0]) pop(heap)
    return heap[0]
  }
  return {
    get: (path) => nodes.get(path)?.item,
    add,
    hurry(path, at) {
      const node = nodes.get(path)
      if (node !== undefined && node.at > at) add(node.item, at)
    },
    take(now, limit) {
      const items: Item[] = []
      for (let top = dropStale(); top !== undefined && top.at <= now && items.length < limit; top = dropStale()) {
        pop(heap)
        nodes.delete(top.item.path)
        items.push(top.item)
      }
      return items
    },
    flush(now) {
      const waiting = [...nodes.values()]
      heap = []
      for (const { item, at } of waiting) add(item, item.attempts > 0 ? at : Math.min(at, now))
    },
    nextAt: () => dropStale()?.at,
    get size() {
      return nodes.size
    },
    unsettled(attempts) {
      let count = 0
      for (const { item } of nodes.values()) if (item.attempts < attempts) count++
      return count
    },
  }
}

interface Node {
  readonly item: Item
  readonly at: number
}

function push(heap: Node[], node: Node): void {
  let at = heap.push(node) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    if (heap[above]!.at <= node.at) break
    heap[at] = heap[above]!
    at = above
  }
  heap[at] = node
}

function pop(heap: Node[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) below++
    if (heap[below]!.at >= last.at) break
    heap[at] = heap[below]!
    at = below
  }
  heap[at] = last
}
