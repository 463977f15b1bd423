import fs from 'node:fs'
import { type Kind, sourcePath } from '@clsync/core/handler'
import { parentOf } from './path.ts'

/** What the source has at a path. */
export interface Look {
  readonly kind: Kind
  readonly stat: fs.BigIntStats
}

/** A small file as it was at one moment. */
export interface Snapshot {
  readonly content: Buffer
  readonly stat: fs.BigIntStats
  /** Whether nobody wrote to it meanwhile. */
  readonly still: boolean
}

/** The source, read without following a link. Directories that were found to be real are remembered until {@link forget}. */
export class Source {
  readonly root: string
  readonly #real = new Set<string>([''])

  constructor(root: string) {
    this.root = root
  }

  forget(): void {
    this.#real.clear()
    this.#real.add('')
  }

  /** `undefined` when there is nothing: it has vanished, or a directory above it has, or has become a link. */
  look(path: string): Look | undefined {
    if (!this.#isReal(parentOf(path))) return undefined
    const stat = this.#stat(path)
    return stat && { kind: kindOf(stat), stat }
  }

  /** Reads a small file; `undefined` when there is none any more, or it has grown beyond `mostBytes`. */
  read(path: string, mostBytes: number): Snapshot | undefined {
    let fd: number
    try {
      fd = fs.openSync(sourcePath(this.root, path), READ)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
    try {
      let before = fs.fstatSync(fd, EXACT)
      for (let attempt = 1; ; attempt++) {
        if (!before.isFile() || before.size > mostBytes) return undefined
        const content = readAll(fd, Number(before.size))
        const after = fs.fstatSync(fd, EXACT)
        const still = after.size === before.size && after.mtimeNs === before.mtimeNs && content.length === Number(after.size)
        if (still || attempt === ATTEMPTS) return { content, stat: before, still }
        before = after
      }
    } finally {
      fs.closeSync(fd)
    }
  }

  /** The text of a link, one character a byte; `undefined` when it is none any more. */
  readLink(path: string): string | undefined {
    try {
      return fs.readlinkSync(sourcePath(this.root, path), 'latin1')
    } catch (error) {
      if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') return undefined
      throw error
    }
  }

  #isReal(directory: string): boolean {
    if (this.#real.has(directory)) return true
    if (!this.#isReal(parentOf(directory)) || this.#stat(directory)?.isDirectory() !== true) return false
    this.#real.add(directory)
    return true
  }

  #stat(path: string): fs.BigIntStats | undefined {
    try {
      return fs.lstatSync(sourcePath(this.root, path), { bigint: true })
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }
}

function readAll(fd: number, size: number): Buffer {
  const content = Buffer.allocUnsafe(size)
  let at = 0
  while (at < size) {
    const length = fs.readSync(fd, content, at, size - at, at)
    if (length === 0) break
    at += length
  }
  return content.subarray(0, at)
}

function kindOf(stat: fs.BigIntStats): Kind {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symlink' : 'other'
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

const EXACT = { bigint: true } as const
const READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)
const ATTEMPTS = 3
