import { type DirId, type Observation, sameIdentity, sameObservation } from '../model/entry.ts'
import { joinPath, type RawPath } from '../model/path.ts'
import { LIMBO, type SeenRow } from '../model/seen.ts'
import type { TreeContext } from './context.ts'

/** Where an entry is: its directory and its name there. */
interface Place {
  readonly dir: DirId
  readonly name: RawPath
}

/** What is away from its place, and may turn up under another name. */
export interface Away {
  /** The file of the row of limbo with this name was written to, under another of its names. */
  noteWritten(name: RawPath): void
}

/** The kernel names one of a file's names only: what holds for it holds for all of them. */
export function updateLinks(context: TreeContext, limbo: Away, { dir, name }: Place, disk: Observation, content: boolean): void {
  for (const row of context.table.byInode(disk.ino)) {
    if ((row.parent === dir && row.name === name) || !sameIdentity(row, disk)) continue
    if (row.parent === LIMBO) {
      if (content) limbo.noteWritten(row.name)
      continue
    }
    // Whether this name is still there is not known. If not, the look that finds that out has to think of the other one.
    bring(context, row, { ...disk, nlink: Math.max(disk.nlink, 2) }, content)
  }
}

/** Has the row of one of a file's names say what the file is by now. */
function bring(context: TreeContext, row: SeenRow, disk: Observation, content: boolean): void {
  const bytes = content || row.sizeBytes !== disk.sizeBytes || row.mtimeMs !== disk.mtimeMs
  if (!bytes && sameObservation(row, disk)) return
  const stamp = ++context.counters.stamp
  context.table.put(row.parent, row.name, { ...disk, id: 0, stamp, content: bytes ? stamp : row.content })
  const path = pathOfRow(context, row)
  if (path !== undefined) context.touch(path, 'entry')
}

/** A name of a file has gone: what was written through it shows under the others only when they are looked at. */
export function lookAtLinks(context: TreeContext, limbo: Away, gone: Observation, content: boolean): void {
  for (const row of context.table.byInode(gone.ino)) {
    if (!sameIdentity(row, gone)) continue
    if (row.parent === LIMBO) {
      if (content) limbo.noteWritten(row.name)
      continue
    }
    const path = pathOfRow(context, row)
    let disk: Observation | undefined
    try {
      disk = path === undefined ? undefined : context.fs.look(`${context.root}/${path}` as RawPath)
    } catch (error) {
      context.problem(path!, error)
      context.again({ type: 'entry', dir: row.parent, name: row.name, content })
    }
    if (disk !== undefined && sameIdentity(row, disk)) {
      bring(context, row, disk, content)
      return updateLinks(context, limbo, { dir: row.parent, name: row.name }, disk, content)
    }
    // It has gone as well, and may be met elsewhere.
    if (content) noteWritten(context, row, path)
  }
}

function noteWritten(context: TreeContext, { parent, name, ...entry }: SeenRow, path: RawPath | undefined): void {
  const stamp = ++context.counters.stamp
  context.table.put(parent, name, { ...entry, stamp, content: stamp })
  if (path !== undefined) context.touch(path, 'entry')
}

/** Undefined below a directory that is in limbo: what is told of that one covers it. */
function pathOfRow({ directories }: TreeContext, row: SeenRow): RawPath | undefined {
  const parent = directories.pathOf(row.parent)
  return parent === undefined ? undefined : joinPath(parent, row.name)
}
