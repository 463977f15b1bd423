import type { Kind } from '../handler.ts'
import type { Seen } from './seen.ts'

export interface FoundMove {
  readonly from: string
  readonly path: string
  /** What the target holds there and loses. */
  readonly displaced: Kind | 'none'
}

/**
 * Entries that the target holds at one path and the source has at another, in an order in which they can be renamed. `held` is
 * changed to what the target holds afterwards. What cannot be renamed at once (a swap, a directory in the way, a new parent) is
 * left to delete and create.
 */
export function findMoves(
  held: Map<string, Seen>,
  seen: ReadonlyMap<string, Seen>,
  mayMove: (from: string, path: string) => boolean,
): FoundMove[] {
  const known = new Set([...held.values()].map(identity))
  const present = new Set([...seen.values()].map(identity))
  const moves: FoundMove[] = []
  for (const [path, now] of seen) {
    const there = held.get(path)
    if (!known.has(identity(now)) || (there !== undefined && isSame(there, now))) continue
    if (!hasParent(held, seen, path)) continue
    if (there !== undefined && (there.kind === 'directory' || now.kind === 'directory' || present.has(identity(there)))) continue
    const from = whereHeld(held, seen, now)
    if (from === undefined || path.startsWith(`${from}/`) || !mayMove(from, path)) continue
    rekey(held, from, path)
    moves.push({ from, path, displaced: there?.kind ?? 'none' })
  }
  return moves
}

/** Gives what is held at `from`, and below it, the path `to`; what was at `to` is gone. */
export function rekey(held: Map<string, Seen>, from: string, to: string): void {
  for (const [at, entry] of [...held]) {
    if (at !== from && !at.startsWith(`${from}/`)) continue
    held.delete(at)
    held.set(to + at.slice(from.length), entry)
  }
}

/** A path that holds the entry and at which the source has it no more. */
function whereHeld(held: ReadonlyMap<string, Seen>, seen: ReadonlyMap<string, Seen>, now: Seen): string | undefined {
  for (const [path, entry] of held) {
    const still = seen.get(path)
    if (isSame(entry, now) && (still === undefined || !isSame(still, now))) return path
  }
  return undefined
}

function hasParent(held: ReadonlyMap<string, Seen>, seen: ReadonlyMap<string, Seen>, path: string): boolean {
  const slash = path.lastIndexOf('/')
  if (slash < 0) return true
  const parent = path.slice(0, slash)
  return held.get(parent)?.kind === 'directory' && seen.get(parent)?.kind === 'directory'
}

function isSame(a: Seen, b: Seen): boolean {
  return identity(a) === identity(b)
}

function identity({ kind, stat }: Seen): string {
  return `${kind} ${stat.dev} ${stat.ino} ${stat.birthtimeNs}`
}
