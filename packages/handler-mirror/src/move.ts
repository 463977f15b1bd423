import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { bring } from './bring.ts'
import { ensureParent } from './directory.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { changeIn, clearDirectory, isNotEmpty } from './place.ts'

/** Renames at the target, whatever lies below; then brings what else has changed. Throws when the target lacks it. */
export function move(pass: Pass, change: Change): Promise<void> | undefined {
  const { path, from } = change
  if (from === undefined) throw new Error(`the move to "${path}" does not say from where`)
  ensureParent(pass, path)
  const above = pass.targetGuard.obstacle(parentOf(from))
  const held = above === undefined ? fs.lstatSync(pass.to(from), EXACT) : undefined
  const there = fs.lstatSync(pass.to(path), EXACT)
  if (held === undefined) {
    // A replay finds it done.
    if (there === undefined || pass.mirror.moved.inodes.get(path) !== there.ino) {
      throw new Error(`"${from}" is not at the target and cannot be moved to "${path}"`)
    }
  } else {
    changeIn(pass, parentOf(from), () => changeIn(pass, parentOf(path), () => rename(pass, { from, path, held, there })))
    if (held.isDirectory()) pass.directories.moved(from, path)
    pass.mirror.moved.inodes.set(path, held.ino)
    pass.mirror.trustedBeforeNs = 0n // what lies below has not changed itself, and is elsewhere now
    pass.targetGuard.forget()
    pass.fresh.clear()
  }
  return bring(pass, change)
}

interface Rename {
  readonly from: string
  readonly path: string
  readonly held: fs.BigIntStats
  /** What is in the way. */
  readonly there: fs.BigIntStats | undefined
}

function rename(pass: Pass, { from, path, held, there }: Rename): void {
  if (there?.ino === held.ino && there.dev === held.dev && !held.isDirectory()) {
    // Two names of one file: a rename would do nothing.
    fs.unlinkSync(pass.to(from))
    return
  }
  if (there !== undefined) makeRoom(pass, path, there, held.isDirectory())
  try {
    fs.renameSync(pass.to(from), pass.to(path))
  } catch (error) {
    if (!isNotEmpty(error)) throw error
    clearDirectory(pass, path)
    fs.renameSync(pass.to(from), pass.to(path))
  }
}

function makeRoom(pass: Pass, path: string, there: fs.BigIntStats, forDirectory: boolean): void {
  const { trash } = pass.mirror
  if (there.isDirectory()) {
    if (!forDirectory) clearDirectory(pass, path)
  } else if (!forDirectory) trash?.keep(path)
  else if (trash === undefined) fs.unlinkSync(pass.to(path))
  else trash.take(path)
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const
