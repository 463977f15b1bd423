import fs from 'node:fs'
import { type Batch, type Capabilities, type Change, type Kind, sourcePath, type Stat, type SyncResult } from '../handler.ts'
import { findMoves, type FoundMove, rekey } from './moves.ts'
import type { Seen } from './seen.ts'
import { hashOf, kindOf, walk } from './snapshot.ts'

/**
 * The least that an engine does: compares what the source has with what the target has confirmed, and says the difference in
 * batches that keep to the contract and to what the handler claims.
 */
export class BatchBuilder {
  readonly #root: string
  readonly #capabilities: Capabilities
  readonly #acked = new Map<string, Seen>()
  /** Paths of which an attempt may have got half way, and what was to be there. */
  readonly #unknown = new Map<string, Kind>()
  /** Moves that failed; they come as delete and create. */
  readonly #unmovable = new Set<string>()
  #count = 0

  constructor(root: string, capabilities: Capabilities) {
    this.#root = root
    this.#capabilities = capabilities
  }

  /** What is left to do now, in the order in which it has to be done. */
  build(reason: Batch['reason'] = 'change'): PlannedBatch[] {
    const seen = this.#look()
    const held = new Map(this.#acked)
    const moves = this.#capabilities.moves ? findMoves(held, seen, (from, path) => this.#mayMove(from, path)) : []
    const changes = moves.map((move) => this.#move(move, this.#acked, seen))
    if (this.#capabilities.deletes) changes.push(...this.#deletes(held, seen))
    for (const [path, entry] of seen) {
      const change = this.#bring(path, entry, held.get(path), seen, held)
      if (change !== undefined) changes.push(change)
    }
    return this.#split(changes, reason).map((batch) => ({ batch, seen }))
  }

  /** Takes note of how a batch went: `undefined` when it failed as a whole. */
  settle({ batch, seen }: PlannedBatch, result: SyncResult | void, threw = false): void {
    const failed = new Set(threw ? batch.changes.map(({ path }) => path) : (result?.failed ?? []).map(({ path }) => path))
    for (const change of batch.changes) {
      if (!failed.has(change.path)) this.#acknowledge(change, seen)
      else if (change.type === 'move') this.#unmovable.add(change.path)
      else this.#unknown.set(change.path, change.kind)
    }
  }

  /** What is not known for sure is not renamed either. */
  #mayMove(from: string, path: string): boolean {
    if (this.#unmovable.has(path)) return false
    for (const doubtful of this.#unknown.keys()) if (doubtful === from || doubtful.startsWith(`${from}/`)) return false
    return true
  }

  #look(): Map<string, Seen> {
    const { byteNames, kinds } = this.#capabilities
    const seen = new Map<string, Seen>()
    for (const [path, stat] of walk(this.#root)) {
      const kind = kindOf(stat)
      if (!kinds.includes(kind) || (!byteNames && /[\uDC80-\uDCFF]/u.test(path))) continue
      const hash = kind === 'file' ? hashOf(fs.readFileSync(sourcePath(this.#root, path))) : undefined
      seen.set(path, { kind, stat, hash })
    }
    return seen
  }

  #move({ from, path, displaced }: FoundMove, acked: ReadonlyMap<string, Seen>, seen: ReadonlyMap<string, Seen>): Change {
    const now = seen.get(path)
    if (now === undefined) throw new Error(`${path} was found to be moved, but is not in the source`)
    const before = [...acked.values()].find(({ stat }) => stat.ino === now.stat.ino && stat.dev === now.stat.dev)
    const content = before === undefined || contentDiffers(before, now)
    return { type: 'move', path, from, kind: now.kind, previousKind: displaced, content, recursive: false, stat: statOf(now) }
  }

  /** Deepest first. A directory that becomes something else has what it holds deleted, and is replaced later. */
  #deletes(held: ReadonlyMap<string, Seen>, seen: ReadonlyMap<string, Seen>): Change[] {
    const told = new Map([...this.#unknown, ...[...held].map(([path, { kind }]): [string, Kind] => [path, kind])])
    const gone = [...told].filter(([path]) => !seen.has(path)).toSorted(([a], [b]) => (a < b ? 1 : -1))
    const { recursive } = this.#capabilities
    const isGone = (path: string): boolean => told.get(path) === 'directory' && !seen.has(path)
    return gone
      .filter(([path]) => !recursive || !hasAncestor(path, isGone))
      .map(([path, kind]) => ({
        type: 'delete',
        path,
        kind,
        previousKind: this.#unknown.has(path) ? 'unknown' : kind,
        content: true,
        recursive: recursive && kind === 'directory',
      }))
  }

  #bring(
    path: string,
    now: Seen,
    before: Seen | undefined,
    seen: ReadonlyMap<string, Seen>,
    held: ReadonlyMap<string, Seen>,
  ): Change | undefined {
    const { recursive } = this.#capabilities
    const isNew = (at: string): boolean => seen.get(at)?.kind === 'directory' && held.get(at)?.kind !== 'directory'
    if (recursive && hasAncestor(path, isNew)) return undefined
    const unknown = this.#unknown.has(path)
    const content = unknown || before === undefined || before.kind !== now.kind || contentDiffers(before, now)
    if (!content && !metadataDiffers(before, now)) return undefined
    return {
      type: before === undefined ? 'create' : 'update',
      path,
      kind: now.kind,
      previousKind: unknown ? 'unknown' : (before?.kind ?? 'none'),
      content,
      recursive: recursive && isNew(path),
      stat: statOf(now),
    }
  }

  #split(changes: readonly Change[], reason: Batch['reason']): Batch[] {
    const { maxChanges } = this.#capabilities
    const batches: Batch[] = []
    for (let at = 0; at < changes.length; at += maxChanges) {
      batches.push({ id: `batch-${++this.#count}`, reason, attempt: 1, changes: changes.slice(at, at + maxChanges) })
    }
    return batches
  }

  #acknowledge({ type, path, from, recursive }: Change, seen: ReadonlyMap<string, Seen>): void {
    this.#unknown.delete(path)
    this.#unmovable.delete(path)
    if (type === 'delete') {
      this.#forget(path, recursive)
      return
    }
    if (from !== undefined) rekey(this.#acked, from, path)
    const now = seen.get(path)
    if (now !== undefined) this.#acked.set(path, now)
    if (recursive) for (const [at, entry] of seen) if (at.startsWith(`${path}/`)) this.#acked.set(at, entry)
  }

  #forget(path: string, recursive: boolean): void {
    this.#acked.delete(path)
    if (recursive) for (const at of this.#acked.keys()) if (at.startsWith(`${path}/`)) this.#acked.delete(at)
  }
}

/** A batch, and the state of the source that it was built from. */
export interface PlannedBatch {
  readonly batch: Batch
  readonly seen: ReadonlyMap<string, Seen>
}

function hasAncestor(path: string, is: (ancestor: string) => boolean): boolean {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    if (is(path.slice(0, slash))) return true
  }
  return false
}

function contentDiffers(a: Seen, b: Seen): boolean {
  if (b.kind === 'directory') return false
  return a.hash !== b.hash || a.stat.ino !== b.stat.ino || a.stat.size !== b.stat.size || a.stat.mtimeNs !== b.stat.mtimeNs
}

function metadataDiffers(a: Seen, b: Seen): boolean {
  return a.stat.mode !== b.stat.mode || a.stat.uid !== b.stat.uid || a.stat.gid !== b.stat.gid
}

function statOf({ stat }: Seen): Stat {
  return {
    sizeBytes: Number(stat.size),
    mtimeMs: Number(stat.mtimeNs) / 1e6,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
  }
}
