import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { codeOf, isAbsent } from './failure.ts'
import type { Pass } from './pass.ts'
import { isWithin, parentOf } from './path.ts'
import { changeIn, isNotEmpty, removeEmptyDirectory } from './place.ts'

/**
 * Removes what is at the change's path. A directory goes only when it is empty: what is left in it was not put there by clsync
 * and stays, directory and all.
 */
export function remove(pass: Pass, { path, kind }: Change): void {
  const { undeleted } = pass.mirror
  try {
    // Behind a link or below a file there is nothing of ours.
    if (pass.targetGuard.obstacle(parentOf(path)) !== undefined) return
    changeIn(pass, parentOf(path), () => (kind === 'directory' ? removeDirectory(pass, path) : removeEntry(pass, path)))
  } catch (error) {
    if (!isAbsent(error)) {
      undeleted.add(path)
      throw error
    }
  }
  undeleted.delete(path)
}

function removeEntry(pass: Pass, path: string): void {
  const { trash } = pass.mirror
  try {
    if (trash === undefined) fs.unlinkSync(pass.to(path))
    else if (fs.lstatSync(pass.to(path)).isDirectory()) removeDirectory(pass, path)
    else trash.take(path)
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'EISDIR' && code !== 'EPERM') throw error
    if (!fs.lstatSync(pass.to(path)).isDirectory()) throw error
    removeDirectory(pass, path)
  }
}

function removeDirectory(pass: Pass, path: string): void {
  pass.targetGuard.distrust(path)
  try {
    removeEmptyDirectory(pass, path)
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') {
      if (pass.mirror.trash === undefined) fs.unlinkSync(pass.to(path))
      else pass.mirror.trash.take(path)
      return
    }
    if (!isNotEmpty(error)) throw error
    if ([...pass.mirror.undeleted].some((left) => left !== path && isWithin(left, path))) {
      throw new Error(`"${path}" still holds entries that could not be deleted`, { cause: error })
    }
    pass.mirror.log.warn('a directory is kept at the target: it holds entries that clsync did not put there', { path })
  }
}
