import { type DirId, type Observation, ROOT_DIR } from '../model/entry.ts'
import { joinPath, type RawPath } from '../model/path.ts'
import type { SeenEntry, SeenTable } from '../model/seen.ts'
import type { TreeContext } from './context.ts'

/** What was seen at a path and what is there now. */
interface Difference {
  readonly dir: DirId
  readonly path: RawPath
  readonly row: SeenEntry | undefined
  readonly disk: Observation | undefined
}

/** Whether an entry of `dir` is on a file system that the user does not want. The source's own has device 0. */
export function isBeyondMount(context: TreeContext, dir: DirId, disk: Observation): boolean {
  const { mounts = 'enter' } = context
  if (mounts === 'enter' || disk.dev === 0) return false
  if (mounts === 'exclude' || disk.kind !== 'directory') return true
  // The mount point itself lies in a directory of the source's own file system.
  return dir !== ROOT_DIR && rowOf(context, dir)?.dev !== 0
}

/** Whether something is mounted at a directory that was found in `dir`. */
export function isMountPoint(context: TreeContext, dir: DirId, disk: Observation): boolean {
  return disk.dev !== 0 && disk.dev !== deviceOf(context, dir)
}

/** A device that changed below a directory means a mount came or went: nobody deleted what was there. */
export function guardMount(context: TreeContext, { dir, path, row, disk }: Difference): void {
  if (row?.kind !== 'directory' || row.dev === disk?.dev) return
  const hasCome = disk?.kind === 'directory'
  // What is mounted somewhere can be neither removed nor renamed: it was unmounted, whatever is there by now.
  const hasGone = row.dev !== deviceOf(context, dir)
  if ((hasCome || hasGone) && !isEmpty(context.table, row.id)) context.guard(path)
}

/** The same for what lay below a directory that has gone: it was unmounted before. */
export function guardMountsBelow({ table, guard }: TreeContext, path: RawPath, row: SeenEntry | undefined): void {
  const lost = row && lostMount(table, path, row)
  if (lost !== undefined) guard(lost)
}

/** Where something was mounted below a directory that has gone, and held something. */
export function lostMount(table: SeenTable, path: RawPath, { id, dev }: SeenEntry): RawPath | undefined {
  const queue = id > 0 ? [{ id, dev, path }] : []
  for (let above = queue.pop(); above !== undefined; above = queue.pop()) {
    for (const below of table.directoriesIn(above.id)) {
      const at = joinPath(above.path, below.name)
      if (below.dev !== above.dev && !isEmpty(table, below.id)) return at
      queue.push({ id: below.id, dev: below.dev, path: at })
    }
  }
  return undefined
}

function isEmpty(table: SeenTable, dir: DirId): boolean {
  return table.list(dir, undefined, 1).length === 0
}

/** Of a seen directory; the root's own is 0. */
function deviceOf(context: TreeContext, dir: DirId): number {
  return dir === ROOT_DIR ? 0 : (rowOf(context, dir)?.dev ?? 0)
}

function rowOf({ directories, table }: TreeContext, dir: DirId): SeenEntry | undefined {
  const place = directories.placeOf(dir)
  return place && table.get(place.parent, place.name)
}
