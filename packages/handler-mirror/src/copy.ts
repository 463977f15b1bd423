import fs from 'node:fs'
import { codeOf } from './failure.ts'
import type { Pass } from './pass.ts'
import { parentOf } from './path.ts'
import { changeIn, discard, put } from './place.ts'
import { nameUnnamed, openUnnamed } from './unnamed.ts'

/** A file of the source on its way to the target. */
export interface Copy {
  readonly pass: Pass
  readonly path: string
  /** The source, open for reading. */
  readonly fd: number
  /** What `fstat` said of it before a byte was read. */
  readonly stat: fs.BigIntStats
}

/** Whether the file is copied in slices: it takes long, or has holes to keep. */
export function isLarge(stat: fs.BigIntStats): boolean {
  return stat.size > SMALL_BYTES || isSparse(stat)
}

/** Copies a small file in one go. Throws when it did not keep still; what there is of it is at the target then. */
export function copySmall(copy: Copy): void {
  const { pass } = copy
  if (copyUnnamed(copy)) return
  const temp = pass.mirror.temps.next(parentOf(copy.path))
  try {
    const out = create(copy, temp)
    let copied: Copied
    try {
      copied = copyBytes(copy, out)
      pass.mirror.metadata.finishFile(out, pass.to(temp), pass.from(copy.path), copied.stat)
    } finally {
      fs.closeSync(out)
    }
    pass.mirror.progress(Number(copied.stat.size))
    put(pass, temp, copy.path)
    conclude(copy, copied)
  } catch (error) {
    if (!(error instanceof StillChanging)) discard(pass, temp)
    throw error
  }
}

/**
 * The same in a directory that this pass has made: the file gets its name when it is whole, which costs less than another name
 * before, and leaves nothing behind. Returns false when that cannot be here.
 */
function copyUnnamed(copy: Copy): boolean {
  const { pass, path } = copy
  const out = openUnnamed(pass, parentOf(path), modeOf(copy.stat))
  if (out === undefined) return false
  try {
    const copied = copyBytes(copy, out)
    if (!nameUnnamed(copy.pass, path, out, modeOf(copy.stat), copied.stat)) return false
    pass.mirror.progress(Number(copied.stat.size))
    conclude(copy, copied)
    return true
  } finally {
    fs.closeSync(out)
  }
}

/** Copies a large file, or one with holes, letting the event loop turn. Throws as {@link copySmall}. */
export async function copyLarge(copy: Copy): Promise<void> {
  const { pass, fd, stat } = copy
  const temp = pass.mirror.temps.next(parentOf(copy.path))
  try {
    const clone = cloneBlocks(copy, temp)
    const out = clone ?? create(copy, temp)
    try {
      if (clone === undefined) await copySlices(copy, out)
      pass.mirror.metadata.finishFile(out, pass.to(temp), pass.from(copy.path), stat)
    } finally {
      fs.closeSync(out)
    }
    // Not again at once, as with a small one: a log that never rests would hold up everything else.
    put(pass, temp, copy.path)
    conclude(copy, { stat, still: isSame(stat, fs.fstatSync(fd, { bigint: true })) })
  } catch (error) {
    if (!(error instanceof StillChanging)) discard(pass, temp)
    throw error
  }
}

/** The file was written to while it was copied. */
class StillChanging extends Error {
  constructor(path: string) {
    super(`"${path}" is still changing: it was written to while it was copied`)
  }
}

/** A new file for us alone until it has its owner. */
function create({ pass, path, stat }: Copy, temp: string): number {
  return changeIn(pass, parentOf(path), () => fs.openSync(pass.to(temp), NEW, modeOf(stat)))
}

function modeOf({ uid, mode }: fs.BigIntStats): number {
  return Number(mode) & (Number(uid) === OWN_UID ? 0o777 : 0o700)
}

const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | (fs.constants.O_NOFOLLOW ?? 0)

/** What was copied: the file as it was before the last byte was read, and whether it was the same after. */
interface Copied {
  readonly stat: fs.BigIntStats
  readonly still: boolean
}

/** Once more when the file does not keep still, a few times. */
function copyBytes({ fd, stat }: Copy, out: number): Copied {
  for (let attempt = 1, before = stat; ; attempt++) {
    copyAll(fd, out, Number(before.size))
    const after = fs.fstatSync(fd, { bigint: true })
    const still = isSame(before, after)
    if (still || attempt === ATTEMPTS) return { stat: before, still }
    before = after
    fs.ftruncateSync(out)
  }
}

/** The copy is in its place. */
function conclude({ pass, path }: Copy, { stat, still }: Copied): void {
  if (!still) throw new StillChanging(path)
  pass.mirror.hardLinks?.learn(stat, path, pass)
}

/** Whether nobody has written to the file in between, as far as its size and time tell. */
export function isSame(before: fs.BigIntStats, after: fs.BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs
}

function isSparse(stat: fs.BigIntStats): boolean {
  return stat.size > HOLE_BYTES && stat.blocks * 512n < stat.size
}

function copyAll(from: number, to: number, size: number): void {
  for (let at = 0; at < size;) {
    const length = fs.readSync(from, chunk, 0, Math.min(chunk.length, size - at), at)
    if (length === 0) return
    writeAll(to, 0, length, at)
    at += length
  }
}

async function copySlices({ pass, fd, stat }: Copy, out: number): Promise<void> {
  const size = Number(stat.size)
  const sparse = isSparse(stat)
  let at = 0
  while (at < size) {
    const length = fs.readSync(fd, chunk, 0, Math.min(chunk.length, size - at), at)
    if (length === 0) break
    if (sparse) writeAround(out, length, at)
    else writeAll(out, 0, length, at)
    at += length
    pass.mirror.progress(length)
    if (pass.slice.over) await pass.turn()
  }
  // A hole at the end has nothing written behind it.
  if (sparse) fs.ftruncateSync(out, at)
}

/** Writes `chunk` from `start` to `end`; `at` is where the chunk begins in the file. */
function writeAll(to: number, start: number, end: number, at: number): void {
  for (let done = start; done < end;) done += fs.writeSync(to, chunk, done, end - done, at + done)
}

/** Writes the chunk's blocks that hold anything, and leaves holes for the others. */
function writeAround(to: number, length: number, at: number): void {
  let start = 0
  for (let block = 0; block < length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, length)
    if (chunk.compare(ZEROS, 0, end - block, block, end) !== 0) continue
    writeAll(to, start, block, at)
    start = end
  }
  writeAll(to, start, length, at)
}

/** A copy that shares its blocks with the source, where the file system can; an open file, or `undefined` where it cannot. */
function cloneBlocks({ pass, path }: Copy, temp: string): number | undefined {
  if (pass.mirror.reflinks === false) return undefined
  const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE, O_RDONLY, O_NOFOLLOW } = fs.constants
  try {
    changeIn(pass, parentOf(path), () => fs.copyFileSync(pass.from(path), pass.to(temp), COPYFILE_EXCL | COPYFILE_FICLONE_FORCE))
    pass.mirror.reflinks = true
    return fs.openSync(pass.to(temp), O_RDONLY | (O_NOFOLLOW ?? 0))
  } catch (error) {
    if (!UNCLONEABLE.has(codeOf(error) ?? '')) throw error
    pass.mirror.reflinks = false
    discard(pass, temp)
    return undefined
  }
}

const UNCLONEABLE = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'EINVAL', 'EXDEV', 'ENOSYS'])
const OWN_UID = process.geteuid?.()
const ATTEMPTS = 3
const SMALL_BYTES = 1024 * 1024
/** Smaller files are not worth a hole. */
const HOLE_BYTES = 64 * 1024
const BLOCK_BYTES = 4096
const ZEROS = Buffer.alloc(BLOCK_BYTES)
/** Shared by all copies: nothing in it outlives a synchronous stretch. */
const chunk = Buffer.allocUnsafeSlow(1024 * 1024)
