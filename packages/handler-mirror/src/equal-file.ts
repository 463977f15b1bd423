import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { type Copy, isLarge, isSame } from './copy.ts'

/**
 * Takes the file that the target has when it holds the very same bytes: two tasks that copy to each other have to come to rest. A promise
 * only for a large one. Nothing is read unless size and time are equal, and the file may be a copy itself: who writes a file leaves it
 * with equal times, who brings a copy sets one of them afterwards.
 */
export function takeEqual(copy: Copy, { previousKind }: Change): boolean | Promise<boolean> {
  const { stat } = copy
  if (previousKind === 'none' || stat.ctimeNs === stat.mtimeNs) return false
  const held = openHeld(copy)
  if (held === undefined) return false
  const comparison = compare(copy.fd, held.fd, Number(stat.size))
  if (isLarge(stat)) return takeLater(copy, held, comparison)
  try {
    let step = comparison.next()
    while (step.done !== true) step = comparison.next()
    return step.value && take(copy, held)
  } finally {
    fs.closeSync(held.fd)
  }
}

/** What the target has at the path, open for reading. */
interface Held {
  readonly fd: number
  readonly stat: fs.BigIntStats
}

/** `undefined` when it is another file for sure, or cannot be read, or is one with others: what is done to it would be done to them. */
function openHeld({ pass, path, stat }: Copy): Held | undefined {
  const { metadata, hardLinks } = pass.mirror
  const there = fs.lstatSync(pass.to(path), { bigint: true, throwIfNoEntry: false })
  if (there === undefined || !there.isFile() || there.size !== stat.size) return undefined
  if (!metadata.sameTime(there.mtimeNs, stat.mtimeNs)) return undefined
  const isSource = there.ino === stat.ino && there.dev === stat.dev
  if (there.nlink > 1n && (isSource || hardLinks === undefined || stat.nlink === 1n)) return undefined
  try {
    const fd = fs.openSync(pass.to(path), READ)
    return { fd, stat: fs.fstatSync(fd, { bigint: true }) }
  } catch {
    return undefined
  }
}

async function takeLater(copy: Copy, held: Held, comparison: Generator<void, boolean>): Promise<boolean> {
  try {
    let step = comparison.next()
    while (step.done !== true) {
      if (copy.pass.slice.over) await copy.pass.turn()
      step = comparison.next()
    }
    return step.value && take(copy, held)
  } finally {
    fs.closeSync(held.fd)
  }
}

function take({ pass, path, fd, stat }: Copy, held: Held): boolean {
  if (!isSame(stat, fs.fstatSync(fd, { bigint: true }))) return false
  pass.mirror.metadata.finishEntry(pass.to(path), pass.from(path), held.stat, stat)
  pass.mirror.hardLinks?.learn(stat, path, pass)
  return true
}

/** Whether two files of this size hold the same bytes, a stretch at a time. */
function* compare(a: number, b: number, size: number): Generator<void, boolean> {
  for (let at = 0; at < size; at += STRETCH_BYTES) {
    const length = Math.min(STRETCH_BYTES, size - at)
    if (fs.readSync(a, ours, 0, length, at) !== length || fs.readSync(b, theirs, 0, length, at) !== length) return false
    if (ours.compare(theirs, 0, length, 0, length) !== 0) return false
    yield
  }
  return true
}

const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
const STRETCH_BYTES = 256 * 1024
/** Nothing in them outlives a synchronous stretch. */
const ours = Buffer.allocUnsafeSlow(STRETCH_BYTES)
const theirs = Buffer.allocUnsafeSlow(STRETCH_BYTES)
