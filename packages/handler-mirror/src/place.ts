import fs from 'node:fs'
import { codeOf, isDenied } from './failure.ts'
import type { Obstacle } from './guard.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { removeTempsIn } from './temp-names.ts'

/** Puts the finished entry under a temporary name in the place of `path`, in one step. */
export function put(pass: Pass, temp: string, path: string): void {
  const parent = parentOf(path)
  const obstacle = pass.targetGuard.obstacle(parent)
  if (obstacle !== undefined) throw blocked(obstacle)
  if (!pass.fresh.has(parent)) pass.mirror.trash?.keep(path)
  changeIn(pass, parent, () => {
    try {
      fs.renameSync(pass.to(temp), pass.to(path))
    } catch (error) {
      if (!isDirectory(pass, path)) throw error
      clearDirectory(pass, path)
      fs.renameSync(pass.to(temp), pass.to(path))
    }
  })
}

/** Runs `act`, which makes, removes or renames an entry of `directory`; again with write permission when it is denied. */
export function changeIn<T>(pass: Pass, directory: string, act: () => T): T {
  // Another directory in the place of the destination lacks what is below; what is made in it itself would stay there.
  if (directory === '') pass.mirror.destination.check()
  pass.directories.touch(directory)
  try {
    return act()
  } catch (error) {
    if (!isDenied(error) || !pass.directories.loosen(directory)) throw error
    return act()
  }
}

/** Removes an entry under a temporary name that is not going to be finished; when the target is away, as soon as it is back. */
export function discard(pass: Pass, temp: string): void {
  try {
    fs.unlinkSync(pass.to(temp))
  } catch {
    // The reason it is discarded for is told.
    pass.mirror.temps.leave(temp)
  }
}

/** Removes the directory at `path` to make room. Entries that clsync did not put there are kept: in the trash, or by failing. */
export function clearDirectory(pass: Pass, path: string): void {
  pass.targetGuard.forget()
  try {
    removeEmptyDirectory(pass, path)
  } catch (error) {
    if (!isNotEmpty(error)) throw error
    if (pass.mirror.trash === undefined) {
      throw new Error(`"${path}" is a directory at the target with entries that clsync did not put there; they are kept`, {
        cause: error,
      })
    }
    pass.mirror.trash.take(path)
  }
}

/** `rmdir`, also when only temporary files of ours are left in it. */
export function removeEmptyDirectory(pass: Pass, path: string): void {
  try {
    fs.rmdirSync(pass.to(path))
  } catch (error) {
    if (!isNotEmpty(error) || removeTempsIn(pass.mirror.target, path) === 0) throw error
    fs.rmdirSync(pass.to(path))
  }
}

/** Whether a directory could not be removed or replaced because of what it holds. */
export function isNotEmpty(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOTEMPTY' || code === 'EEXIST'
}

/** Why nothing is written there or below. */
export function blocked({ path, kind }: Obstacle): Error {
  if (kind === 'forbidden') return new Error(`"${path}" is the source itself at the target: something was mounted there`)
  return new Error(`"${path}" is no directory at the target (a symbolic link is never followed)`)
}

function isDirectory(pass: Pass, path: string): boolean {
  return fs.lstatSync(pass.to(path), { throwIfNoEntry: false })?.isDirectory() === true
}
