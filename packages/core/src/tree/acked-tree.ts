import { type AckedEntry, type AckedTable, DOUBT } from '../model/acked.ts'
import { type DirId, type Kind, ROOT_DIR } from '../model/entry.ts'
import { joinPath, nameOf, parentOf, type RawPath } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'

/** The acked state by path. Changes are made in the caller's transactions. */
export interface AckedTree {
  readonly table: AckedTable
  get(path: RawPath): AckedEntry | undefined
  /** The id of the directory that the target holds at `path`. */
  directory(path: RawPath): DirId | undefined
  /** The target holds what was seen as `entry`. */
  put(path: RawPath, entry: SeenEntry): void
  /** The target holds nothing at `path`; what was known below it goes into doubt when there is something. */
  remove(path: RawPath): void
  /** The target has renamed `from`, with all below it. */
  move(from: RawPath, to: RawPath): void
  /** Nobody knows what the target holds at `path`. */
  doubt(path: RawPath): void
  /** As {@link AckedTree.doubt}, for a rename that may or may not have been done. */
  doubtMove(from: RawPath, to: RawPath): void
  /** Number of entries at and below `path`, counted up to about `limit`. */
  count(path: RawPath, limit: number): number
}

export function createAckedTree(table: AckedTable): AckedTree {
  return new Acked(table)
}

/** Directory ids by path, to save look-ups; dropped whole when a directory moves or goes, or a transaction is taken back. */
const CACHE_SIZE = 4096

class Acked implements AckedTree {
  readonly table: AckedTable
  readonly #ids = new Map<RawPath, DirId>()
  #rollbacks = 0

  constructor(table: AckedTable) {
    this.table = table
  }

  get(path: RawPath): AckedEntry | undefined {
    const parent = this.directory(parentOf(path))
    return parent === undefined ? undefined : this.table.get(parent, nameOf(path))
  }

  directory(path: RawPath): DirId | undefined {
    if (path === '') return ROOT_DIR
    if (this.#rollbacks !== this.table.rollbacks) {
      this.#rollbacks = this.table.rollbacks
      this.#ids.clear()
    }
    const cached = this.#ids.get(path)
    if (cached !== undefined) return cached
    const parent = this.directory(parentOf(path))
    const id = parent === undefined ? 0 : (this.table.get(parent, nameOf(path))?.id ?? 0)
    if (id === 0) return undefined
    if (this.#ids.size >= CACHE_SIZE) this.#ids.clear()
    this.#ids.set(path, id)
    return id
  }

  put(path: RawPath, { kind, dev, ino, birthMs, stamp, content }: SeenEntry): void {
    this.#write(path, kind, { dev, ino, birthMs, stamp, content })
  }

  remove(path: RawPath): void {
    const parent = this.directory(parentOf(path))
    if (parent === undefined || this.table.removeLeaf(parent, nameOf(path))) return
    const entry = this.table.get(parent, nameOf(path))
    if (entry === undefined) return
    // A directory is only gone when nothing that we know of is left in it.
    if (entry.id > 0 && this.table.list(entry.id, undefined, 1).length > 0) return this.doubt(path)
    this.table.remove(parent, nameOf(path))
    if (entry.id > 0) this.#ids.clear()
  }

  move(from: RawPath, to: RawPath): void {
    const parent = this.directory(parentOf(from))
    const entry = parent === undefined ? undefined : this.table.get(parent, nameOf(from))
    if (parent === undefined || entry === undefined) return this.doubt(to)
    this.#clear(to)
    this.table.move(parent, nameOf(from), this.#ensureDirectory(parentOf(to)), nameOf(to))
    if (entry.id > 0) this.#ids.clear()
  }

  doubt(path: RawPath): void {
    const entry = this.get(path)
    if (entry?.stamp !== DOUBT) this.#write(path, entry?.kind ?? 'unknown', NOBODY)
  }

  doubtMove(from: RawPath, to: RawPath): void {
    const source = this.get(from)
    if (source !== undefined && source.id > 0) this.#copyDoubt(source.id, from, to)
    this.doubt(to)
    this.doubt(from)
  }

  count(path: RawPath, limit: number): number {
    const top = this.get(path)
    if (top === undefined) return 0
    let count = 1
    const queue = top.id > 0 ? [top.id] : []
    for (let dir = queue.pop(); dir !== undefined && count <= limit; dir = queue.pop()) {
      const listing = this.table.census(dir)
      count += listing.count
      for (const id of listing.directories) queue.push(id) // there may be more of them than a call takes arguments
    }
    return count
  }

  /** Both places may hold each entry now. */
  #copyDoubt(dir: DirId, from: RawPath, to: RawPath): void {
    for (const row of this.table.list(dir)) {
      const path = joinPath(from, row.name)
      if (row.id > 0) this.#copyDoubt(row.id, path, joinPath(to, row.name))
      this.doubt(joinPath(to, row.name))
      this.doubt(path)
    }
  }

  #write(path: RawPath, kind: Kind | 'unknown', facts: Omit<AckedEntry, 'kind' | 'id'>): void {
    const parent = this.#ensureDirectory(parentOf(path))
    const name = nameOf(path)
    const old = this.table.get(parent, name)
    // The id stays while anything may be below: an entry that is no directory any more has had its listing deleted before.
    const keepsId = old !== undefined && old.id > 0 && (kind === 'directory' || this.table.list(old.id, undefined, 1).length > 0)
    const id = keepsId ? old.id : kind === 'directory' ? this.table.nextId() : 0
    this.table.put(parent, name, { kind, id, ...facts }, old === undefined)
    if (old !== undefined && old.id > 0 && !keepsId) this.#ids.clear()
  }

  /** Directories on the way that were never acked are in doubt. */
  #ensureDirectory(path: RawPath): DirId {
    const id = this.directory(path)
    if (id !== undefined) return id
    const parent = this.#ensureDirectory(parentOf(path))
    const fresh = this.table.nextId()
    const old = this.table.get(parent, nameOf(path))
    this.table.put(parent, nameOf(path), { ...NOBODY, kind: old?.kind ?? 'unknown', id: fresh }, old === undefined)
    return fresh
  }

  /** Forgets an entry with all below it: something else was renamed over it. */
  #clear(path: RawPath): void {
    const parent = this.directory(parentOf(path))
    const entry = parent === undefined ? undefined : this.table.get(parent, nameOf(path))
    if (parent === undefined || entry === undefined) return
    const drop = (dir: DirId, name: RawPath, id: DirId): void => {
      if (id > 0) for (const row of this.table.list(id)) drop(id, row.name, row.id)
      this.table.remove(dir, name)
    }
    drop(parent, nameOf(path), entry.id)
    this.#ids.clear()
  }
}

const NOBODY = { dev: 0, ino: 0, birthMs: 0, stamp: DOUBT, content: DOUBT } as const
