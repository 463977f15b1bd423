import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { bringDirectory } from './directory.ts'
import { bringFile, NOT_A_FILE } from './file.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { bringSymlink } from './symlink.ts'

/**
 * Makes the target hold what the source has at the change's path now, whatever it was when the change was found. When it has
 * vanished, that is said, and nothing is done: a later change tells. A promise only when it takes long.
 */
export function bring(pass: Pass, change: Change): Promise<void> | undefined {
  const { path } = change
  // Also when a directory above has become a link: what lies behind it is not in the source.
  if (pass.sourceGuard.obstacle(parentOf(path)) !== undefined) return pass.isGone(path)
  // Also when the entry is there already: moved away and back, it has left the directory with another time.
  pass.directories.touch(parentOf(path))
  if (change.kind === 'file') {
    const outcome = bringFile(pass, change)
    if (outcome !== NOT_A_FILE) return outcome
  }
  const stat = fs.lstatSync(pass.from(path), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return pass.isGone(path)
  if (stat.isFile()) {
    const outcome = bringFile(pass, { ...change, content: true })
    if (outcome !== NOT_A_FILE) return outcome
  } else if (stat.isDirectory()) {
    bringDirectory(pass, path, stat)
    return undefined
  } else if (stat.isSymbolicLink()) {
    bringSymlink(pass, path, stat)
    return undefined
  }
  throw new Error(`"${path}" is neither a file nor a directory nor a symbolic link any more`)
}
