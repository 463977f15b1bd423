import { type AckedRow, DOUBT } from '../model/acked.ts'
import { type DirId, ROOT_DIR } from '../model/entry.ts'
import type { Difference, Scope } from '../model/difference.ts'
import { joinPath, nameOf, parentOf, type RawPath } from '../model/path.ts'
import type { SeenEntry, SeenRow, SeenTable } from '../model/seen.ts'
import type { AckedTree } from './acked-tree.ts'
import type { Directories } from './directories.ts'

/** The two states that a walk compares. */
export interface WalkSources {
  readonly seen: SeenTable
  readonly directories: Pick<Directories, 'find'>
  readonly acked: AckedTree
  /** Whether the target can hold this entry; what it cannot hold counts as absent. */
  accepts(path: RawPath, entry: SeenEntry): boolean
}

/**
 * Differences of seen and acked at and below a path, parents first, names in byte order, a page of rows at a time. What
 * has come is entered, what has gone is named once at its top.
 */
export interface Walk {
  next(): Difference | undefined
  /** Path of the last difference: a new walk goes on behind it. */
  readonly cursor: RawPath | undefined
}

/** What both states say about one path. */
export function differenceAt(sources: WalkSources, path: RawPath): Difference {
  const parent = sources.directories.find(parentOf(path))
  const seen = parent === undefined ? undefined : sources.seen.get(parent, nameOf(path))
  const accepted = seen !== undefined && sources.accepts(path, seen) ? seen : undefined
  return { path, seen: accepted, acked: sources.acked.get(path) }
}

export function startWalk(sources: WalkSources, path: RawPath, scope: Scope, after?: RawPath): Walk {
  return new TreeWalk(sources, path, scope, after)
}

const PAGE = 256

class TreeWalk implements Walk {
  cursor: RawPath | undefined
  readonly #sources: WalkSources
  readonly #frames: Frame[] = []
  #first: Difference | undefined

  constructor(sources: WalkSources, path: RawPath, scope: Scope, after: RawPath | undefined) {
    this.#sources = sources
    if (path === '') {
      this.#frames.push(new Frame(sources, path, ROOT_DIR, ROOT_DIR, scope === 'tree', undefined))
    } else {
      const top = differenceAt(sources, path)
      const differs = this.#enter(top, scope === 'tree', scope !== 'entry')
      if (differs && after === undefined) this.#first = top
    }
    if (after !== undefined) this.#skipTo(path, after)
  }

  next(): Difference | undefined {
    let found = this.#first
    this.#first = undefined
    while (found === undefined) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) return undefined
      const pair = frame.next()
      if (pair === undefined) this.#frames.pop()
      else if (this.#enter(pair, frame.deep, frame.deep)) found = pair
    }
    this.cursor = found.path
    return found
  }

  /** Goes into a directory where there may be more to find; returns whether the entry itself differs. */
  #enter({ path, seen, acked }: Difference, deep: boolean, listing: boolean): boolean {
    if (seen === undefined && acked === undefined) return false
    if (seen !== undefined && seen.id > 0) {
      const ackedDir = acked?.id ?? 0
      const replaced = acked === undefined || acked.stamp === DOUBT || acked.ino !== seen.ino || acked.birthMs !== seen.birthMs
      if (replaced || deep || listing) {
        this.#frames.push(new Frame(this.#sources, path, seen.id, ackedDir, replaced || deep, undefined))
      }
    }
    return seen?.stamp !== acked?.stamp
  }

  /** Opens the directories on the way to where an earlier walk stopped. */
  #skipTo(top: RawPath, after: RawPath): void {
    const names = (top === '' ? after : after.slice(top.length + 1)).split('/').filter(Boolean) as RawPath[]
    let path = top
    for (const name of names) {
      const frame = this.#frames.at(-1)
      if (frame === undefined || frame.path !== path) return
      frame.startAfter(name)
      path = joinPath(path, name)
      const here = differenceAt(this.#sources, path)
      if (here.seen !== undefined && here.seen.id > 0) {
        this.#frames.push(new Frame(this.#sources, path, here.seen.id, here.acked?.id ?? 0, true, undefined))
      }
    }
  }
}

/** One directory being compared: two sorted listings, merged. */
class Frame {
  readonly path: RawPath
  readonly deep: boolean
  readonly #accepts: WalkSources['accepts']
  readonly #seen: Page<SeenRow>
  readonly #acked: Page<AckedRow>

  constructor(sources: WalkSources, path: RawPath, seenDir: DirId, ackedDir: DirId, deep: boolean, after: RawPath | undefined) {
    this.path = path
    this.deep = deep
    this.#accepts = (at, entry) => sources.accepts(at, entry)
    this.#seen = new Page((from, limit) => sources.seen.list(seenDir, from, limit), after)
    this.#acked = new Page((from, limit) => (ackedDir === 0 ? [] : sources.acked.table.list(ackedDir, from, limit)), after)
  }

  startAfter(name: RawPath): void {
    this.#seen.restart(name)
    this.#acked.restart(name)
  }

  next(): Difference | undefined {
    const seen = this.#seen.peek()
    const acked = this.#acked.peek()
    if (seen === undefined && acked === undefined) return undefined
    const order = seen === undefined ? 1 : acked === undefined ? -1 : seen.name < acked.name ? -1 : seen.name > acked.name ? 1 : 0
    if (order <= 0) this.#seen.advance()
    if (order >= 0) this.#acked.advance()
    const path = joinPath(this.path, order <= 0 ? seen!.name : acked!.name)
    const accepted = order <= 0 && this.#accepts(path, seen!) ? seen : undefined
    return { path, seen: accepted, acked: order >= 0 ? acked : undefined }
  }
}

class Page<Row extends { readonly name: RawPath }> {
  readonly #read: (after: RawPath | undefined, limit: number) => Row[]
  #rows: Row[] = []
  #at = 0
  #after: RawPath | undefined
  #isLast = false

  constructor(read: (after: RawPath | undefined, limit: number) => Row[], after: RawPath | undefined) {
    this.#read = read
    this.#after = after
  }

  restart(after: RawPath): void {
    this.#rows = []
    this.#at = 0
    this.#after = after
    this.#isLast = false
  }

  peek(): Row | undefined {
    if (this.#at >= this.#rows.length && !this.#isLast) {
      this.#rows = this.#read(this.#after, PAGE)
      this.#at = 0
      this.#isLast = this.#rows.length < PAGE
      this.#after = this.#rows.at(-1)?.name
    }
    return this.#rows[this.#at]
  }

  advance(): void {
    this.#at++
  }
}
