import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { type Copy, copyLarge, copySmall, isLarge } from './copy.ts'
import { ensureParent } from './directory.ts'
import { takeEqual } from './equal-file.ts'
import { codeOf, isAbsent } from './failure.ts'
import type { Pass } from './pass.ts'
import type { FsPath } from './native.ts'
import { parentOf } from './path.ts'
import { changeIn, discard, put } from './place.ts'

/** The source holds something else than a regular file at the path. */
export const NOT_A_FILE = 'not-a-file'

/** Makes the target hold the file at the change's path as the source has it now. A promise only for a large one. */
export function bringFile(pass: Pass, change: Change): Promise<void> | typeof NOT_A_FILE | undefined {
  if (mayBeHeld(pass, change) && isHeldAlready(pass, change)) return undefined
  const fd = openSource(pass.from(change.path))
  if (fd === undefined) return pass.isGone(change.path)
  if (fd === NOT_A_FILE) return fd
  let later: Promise<void> | undefined
  try {
    const stat = fs.fstatSync(fd, { bigint: true })
    if (!stat.isFile()) return NOT_A_FILE
    later = fill(pass, change, fd, stat)
  } finally {
    if (later === undefined) fs.closeSync(fd)
  }
  return later?.finally(() => fs.closeSync(fd))
}

/** `undefined` when it has vanished. Opens no link and waits for no fifo. */
function openSource(path: FsPath): number | typeof NOT_A_FILE | undefined {
  for (;;) {
    try {
      return fs.openSync(path, READ | (quiet ? fs.constants.O_NOATIME : 0))
    } catch (error) {
      const code = codeOf(error)
      if (isAbsent(error)) return undefined
      if (code === 'ELOOP' || code === 'ENXIO' || code === 'EMLINK') return NOT_A_FILE
      if (code !== 'EPERM' || !quiet) throw error
      quiet = false
    }
  }
}

/** Whether reading may leave access times alone: root can, unless a user namespace says otherwise. */
let quiet = process.platform === 'linux' && process.geteuid?.() === 0

const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

function fill(pass: Pass, change: Change, fd: number, stat: fs.BigIntStats): Promise<void> | undefined {
  const { path } = change
  ensureParent(pass, path)
  if (linkInstead(pass, path, stat)) return undefined
  const copy = { pass, path, fd, stat }
  const isTaken = takeEqual(copy, change)
  if (isTaken === true) return undefined
  if (isLarge(stat)) return copyUnlessTaken(copy, isTaken)
  copySmall(copy)
  return undefined
}

/** Whether the target may have the file's bytes already: the change says so, or at first contact it looks so. */
function mayBeHeld({ batch, fresh, mirror }: Pass, { path, content }: Change): boolean {
  return (!content || (batch.reason === 'initial' && mirror.trustedBeforeNs > 0n)) && !fresh.has(parentOf(path))
}

/** The same as {@link isHeld}, without opening the source. */
function isHeldAlready(pass: Pass, change: Change): boolean {
  const stat = fs.lstatSync(pass.from(change.path), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return false
  ensureParent(pass, change.path)
  return isHeld(pass, change, stat)
}

async function copyUnlessTaken(copy: Copy, isTaken: boolean | Promise<boolean>): Promise<void> {
  if (!(await isTaken)) await copyLarge(copy)
}

/**
 * Takes the file that the target has, when its bytes are known to be right: the change says so, or at first contact size and
 * modification time are equal (what rsync calls a quick check).
 */
function isHeld(pass: Pass, { path, content }: Change, stat: fs.BigIntStats): boolean {
  const { mirror } = pass
  const there = fs.lstatSync(pass.to(path), { bigint: true, throwIfNoEntry: false })
  if (there === undefined || !there.isFile() || there.size !== stat.size) return false
  if (content && (there.ctimeNs >= mirror.trustedBeforeNs || !mirror.metadata.sameTime(there.mtimeNs, stat.mtimeNs))) return false
  mirror.metadata.finishEntry(pass.to(path), pass.from(path), there, stat)
  mirror.hardLinks?.learn(stat, path, pass)
  return true
}

/** Gives a copy that the target has under another name this name as well. */
function linkInstead(pass: Pass, path: string, stat: fs.BigIntStats): boolean {
  const { hardLinks, temps } = pass.mirror
  const known = hardLinks?.find(stat, pass)
  if (known === undefined || known.path === path || pass.targetGuard.obstacle(parentOf(known.path)) !== undefined) return false
  const there = fs.lstatSync(pass.to(path), { bigint: true, throwIfNoEntry: false })
  // Renaming one name of a file over another does nothing, and would leave the temporary one.
  if (there?.ino === known.stat.ino && there.dev === known.stat.dev) return true
  const temp = temps.next(parentOf(path))
  try {
    changeIn(pass, parentOf(path), () => fs.linkSync(pass.to(known.path), pass.to(temp)))
    put(pass, temp, path)
    return true
  } catch (error) {
    discard(pass, temp)
    if (!UNLINKABLE.has(codeOf(error) ?? '')) throw error
    return false
  }
}

const UNLINKABLE = new Set(['EPERM', 'EXDEV', 'EMLINK', 'EOPNOTSUPP', 'ENOTSUP', 'ENOENT'])
