import fs from 'node:fs'
import { codeOf } from './failure.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { blocked, changeIn } from './place.ts'

/** Makes the directory at `path`, or takes the one that is there. Mode, owner and time follow when the pass finishes. */
export function bringDirectory(pass: Pass, path: string, source: fs.BigIntStats): void {
  ensureParent(pass, path)
  if (pass.sourceGuard.obstacle(path)?.kind === 'forbidden') {
    throw new Error(`"${path}" is the destination itself (by a mount, say), and is not copied into itself`)
  }
  const parent = parentOf(path)
  const there = pass.fresh.has(parent) ? undefined : fs.lstatSync(pass.to(path), { throwIfNoEntry: false })
  if (there === undefined || !there.isDirectory()) {
    changeIn(pass, parent, () => {
      if (there !== undefined) clearEntry(pass, path)
      make(pass, path, Number(source.mode))
    })
  }
  if (there?.isDirectory() === true) {
    const obstacle = pass.targetGuard.obstacle(path)
    if (obstacle !== undefined) throw blocked(obstacle)
  }
  pass.targetGuard.trust(path)
  pass.directories.settle(path)
}

/** Makes sure that `path` can be made: every directory above it is there and is one. */
export function ensureParent(pass: Pass, path: string): void {
  const parent = parentOf(path)
  for (;;) {
    const obstacle = pass.targetGuard.obstacle(parent)
    if (obstacle === undefined) return
    if (obstacle.kind !== 'missing') throw blocked(obstacle)
    // Parents come first, so somebody has removed it at the target, or making it has failed just now.
    pass.mirror.log.warn('a directory is missing at the target and is made again', { path: obstacle.path })
    const above = parentOf(obstacle.path)
    changeIn(pass, above, () => make(pass, obstacle.path, fs.lstatSync(pass.from(obstacle.path)).mode))
    pass.targetGuard.trust(obstacle.path)
    pass.directories.settle(obstacle.path)
  }
}

/** With write permission for us, whatever the source says: it has to be filled first. */
function make(pass: Pass, path: string, sourceMode: number): void {
  try {
    fs.mkdirSync(pass.to(path), (sourceMode & 0o777) | 0o700)
    pass.fresh.add(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || fs.lstatSync(pass.to(path), { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}

/** Removes a file or link that stands where a directory is to be. */
function clearEntry(pass: Pass, path: string): void {
  if (pass.mirror.trash === undefined) fs.unlinkSync(pass.to(path))
  else pass.mirror.trash.take(path)
}
