import { joinPath, type RawPath } from '../model/path.ts'
import type { TreeContext } from './context.ts'
import { type HintSet, isAllWriting } from './hint-set.ts'

/**
 * Whether all that is hinted at are files that somebody will close. A symlink, a node or a further name of a file is made in one
 * go, and told by the same event as a file that was just opened: waiting for it to be closed would be waiting for nothing.
 */
export function awaitsWriters(context: TreeContext, hints: HintSet): boolean {
  if (!isAllWriting(hints)) return false
  if (hints.writing > FEW) return true // among many, none is in such a hurry
  for (const [dir, names] of hints.entries) {
    const parent = context.directories.pathOf(dir)
    for (const [name, { content }] of parent === undefined ? [] : names) {
      // What was written to is a file.
      if (!content && isMadeAtOnce(context, joinPath(parent!, name))) return false
    }
  }
  return true
}

const FEW = 4

function isMadeAtOnce({ fs, root }: TreeContext, path: RawPath): boolean {
  try {
    const disk = fs.look(`${root}/${path}` as RawPath)
    return disk !== undefined && (disk.kind !== 'file' || disk.nlink > 1)
  } catch {
    return false // the look that follows meets the same, and tells
  }
}
