import { type DirId, type Observation, ROOT_DIR } from '../model/entry.ts'
import type { TreeContext } from './context.ts'

/** Whether an entry of `dir` is on a file system that the user does not want. The source's own has device 0. */
export function isBeyondMount({ mounts = 'enter', directories, table }: TreeContext, dir: DirId, disk: Observation): boolean {
  if (mounts === 'enter' || disk.dev === 0) return false
  if (mounts === 'exclude' || disk.kind !== 'directory') return true
  // The mount point itself lies in a directory of the source's own file system.
  if (dir === ROOT_DIR) return false
  const place = directories.placeOf(dir)
  return (place && table.get(place.parent, place.name)?.dev) !== 0
}
