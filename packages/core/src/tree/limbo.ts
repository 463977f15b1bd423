import type { DirId } from '../model/entry.ts'
import { type RawPath, ROOT_PATH } from '../model/path.ts'
import { LIMBO, type SeenEntry } from '../model/seen.ts'
import type { TreeContext } from './context.ts'
import { type Away, lookAtLinks } from './links.ts'
import { guardMountsBelow, lostMount } from './mount-points.ts'

/**
 * Entries that have left their place. Until it is settled, one of them that turns up elsewhere keeps all that is known of
 * it, and below it: that is how a rename of a directory of any size is one row.
 */
export interface Limbo extends Away {
  /** Takes a row out of its place. `written`: its bytes may have changed since it was seen. */
  detach(dir: DirId, name: RawPath, path: RawPath, id: DirId, written: boolean): void
  /** The row of limbo with this name was given a place; returns where it was. */
  release(name: RawPath): Left
  /** A file was written to under a name that has gone, or holds another, when it is looked at: it may be any that turns up. */
  noteStray(): void
  readonly hasStray: boolean
  /** Removes what has not turned up, with everything below. */
  settle(): void
  readonly size: number
}

/** Where a row of limbo was, and whether its bytes may have changed since it was seen. */
interface Left {
  readonly dir: DirId
  readonly name: RawPath
  readonly path: RawPath
  readonly written: boolean
}

export function createLimbo(context: TreeContext): Limbo {
  const { table } = context
  const paths = new Map<RawPath, Left>()
  let next = table.list(LIMBO).reduce((most, { name }) => Math.max(most, Number(name)), 0)
  let hasStray = false
  const limbo: Limbo = {
    detach(dir, name, path, id, written) {
      const key = String(++next) as RawPath
      if (!table.move(dir, name, LIMBO, key)) return // it has turned up elsewhere already
      if (id > 0) context.directories.delete(id)
      paths.set(key, { dir, name, path, written })
    },
    release(name) {
      const left = paths.get(name)!
      paths.delete(name)
      return left
    },
    noteWritten(name) {
      const left = paths.get(name)
      if (left !== undefined) paths.set(name, { ...left, written: true })
    },
    noteStray() {
      hasStray = true
      context.departures.noteStray() // it may turn up after all that is in limbo was settled
    },
    get hasStray() {
      return hasStray
    },
    settle() {
      const written = hasStray
      hasStray = false
      for (const [key, { path }] of paths) {
        const row = table.get(LIMBO, key)
        guardMountsBelow(context, path, row)
        remove(context, limbo, key, row, written)
        context.touch(path, 'tree')
      }
      paths.clear()
    },
    get size() {
      return paths.size
    },
  }
  removeLeft(context, limbo, paths)
  return limbo
}

/** Rows that a dead process, or a scan that was given up, left behind: nobody was told that they have gone, nor from where. */
function removeLeft(context: TreeContext, limbo: Away, paths: Map<RawPath, Left>): void {
  const left = context.table.list(LIMBO)
  for (const row of left) {
    // What was mounted there is still missed when everything is read anew.
    if (lostMount(context.table, ROOT_PATH, row) === undefined) remove(context, limbo, row.name, row, false)
    else paths.set(row.name, { dir: LIMBO, name: row.name, path: ROOT_PATH, written: true })
  }
  if (left.length > 0) context.touch(ROOT_PATH, 'tree')
}

/** `written`: whether bytes of something below it may have been written since they were seen. */
function remove(context: TreeContext, limbo: Away, key: RawPath, row: SeenEntry | undefined, written: boolean): void {
  const { table, directories } = context
  table.remove(LIMBO, key)
  const queue = row?.id ? [row.id] : []
  for (let dir = queue.pop(); dir !== undefined; dir = queue.pop()) {
    context.disarm(dir)
    directories.delete(dir)
    const listing = table.removeListing(dir)
    queue.push(...listing.directories)
    // Hints from inside were of no use any more.
    for (const file of listing.linked) lookAtLinks(context, limbo, file, written)
  }
}
