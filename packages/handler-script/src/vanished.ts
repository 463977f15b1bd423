import fs from 'node:fs'
import { type Change, sourcePath } from '@clsync/core/handler'

/**
 * Leaves out what is to be brought and has vanished from the source meanwhile, so that no command stumbles over it. That is no failure,
 * but clsync is to look again.
 */
export function withoutVanished(
  changes: readonly Change[],
  root: string,
): { readonly present: Change[]; readonly stale: string[] } {
  const present: Change[] = []
  const stale: string[] = []
  for (const change of changes) {
    if (change.type === 'create' || change.type === 'update' ? exists(root, change.path) : true) present.push(change)
    else stale.push(change.path)
  }
  return { present, stale }
}

function exists(root: string, path: string): boolean {
  try {
    fs.lstatSync(sourcePath(root, path))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Whatever else is wrong there, the command will tell.
    return code !== 'ENOENT' && code !== 'ENOTDIR'
  }
}
