import fs from 'node:fs'
import { sourcePath } from '@clsync/core/handler'

/** What the source has at a path now; `undefined` when there is nothing, or only something behind a symbolic link. */
export function look(root: string, path: string): fs.BigIntStats | undefined {
  try {
    if (!hasRealParents(root, path)) return undefined
    return fs.lstatSync(sourcePath(root, path), { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Opens a file as it is now; `undefined` when there is none. Never waits, never follows a link. */
export function openFile(root: string, path: string): OpenFile | undefined {
  const seen = look(root, path)
  if (seen?.isFile() !== true) return undefined
  let fd: number
  try {
    fd = fs.openSync(sourcePath(root, path), READ)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  const stat = fs.fstatSync(fd, { bigint: true })
  // Between the look and the opening a directory above may have become a link.
  if (stat.isFile() && hasRealParents(root, path)) return new OpenFile(fd, stat)
  fs.closeSync(fd)
  return undefined
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK

/** A file that is being read. */
export class OpenFile {
  readonly fd: number
  readonly stat: fs.BigIntStats
  readonly sizeBytes: number

  constructor(fd: number, stat: fs.BigIntStats) {
    this.fd = fd
    this.stat = stat
    this.sizeBytes = Number(stat.size)
  }

  /** Fills the buffer from a place on; returns how much there was. */
  async read(buffer: Buffer, position: number): Promise<number> {
    let at = 0
    while (at < buffer.length) {
      const count = await readOnce(this.fd, buffer, at, position + at)
      if (count === 0) break
      at += count
    }
    return at
  }

  readAll(): Buffer {
    const buffer = Buffer.allocUnsafe(this.sizeBytes) // of small files, out of one piece of memory for many
    let at = 0
    for (let count = -1; at < buffer.length && count !== 0; at += count) {
      count = fs.readSync(this.fd, buffer, at, buffer.length - at, at)
    }
    return buffer.subarray(0, at)
  }

  /** Whether nobody has written to it since it was opened. */
  get isStill(): boolean {
    const now = fs.fstatSync(this.fd, { bigint: true })
    return now.size === this.stat.size && now.mtimeNs === this.stat.mtimeNs && now.ctimeNs === this.stat.ctimeNs
  }

  close(): void {
    fs.closeSync(this.fd)
  }
}

function readOnce(fd: number, buffer: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, offset, buffer.length - offset, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })
}

/** Whether nothing above `path` is a symbolic link: what lies behind one is not in the source. */
function hasRealParents(root: string, path: string): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (fs.lstatSync(sourcePath(root, path.slice(0, slash)), { throwIfNoEntry: false })?.isDirectory() !== true) return false
  }
  return true
}

/** Whether the error says that there is nothing at the path, or another kind of entry. */
export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO'
}
