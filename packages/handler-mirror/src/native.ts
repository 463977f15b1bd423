import { getSystemErrorName } from 'node:util'

/** What Node's `fs` cannot do: set a time to the nanosecond, name an open file, extended attributes. Linux on 64 bits only. */
export interface Native {
  /** Gives an open file without a name that one. Throws EEXIST when it is taken. */
  link(fd: number, path: FsPath): void
  /** Sets the modification time of an open file, or of the entry at a path without following a link. */
  setMtime(entry: number | FsPath, mtimeNs: bigint): void
  /** Names of all attributes, without following a link. */
  listXattrs(path: FsPath): string[]
  getXattr(path: FsPath, name: string): Buffer
  setXattr(path: FsPath, name: string, value: Buffer): void
  removeXattr(path: FsPath, name: string): void
}

export type FsPath = string | Buffer

/** `undefined` where the optional package koffi is missing or does not work; then times are exact to a microsecond. */
export async function loadNative(): Promise<Native | undefined> {
  if (process.platform !== 'linux' || !WIDE.has(process.arch)) return undefined
  try {
    const { default: koffi } = await import('koffi')
    return bind(koffi)
  } catch {
    return undefined
  }
}

/** Machines whose `struct timespec` is two 64-bit numbers. */
const WIDE = new Set(['x64', 'arm64', 'riscv64', 'loong64'])

type Koffi = (typeof import('koffi'))['default']
type Call = (...args: unknown[]) => number | bigint

function bind(koffi: Koffi): Native {
  // The C library that this process runs on already, whichever it is. The types hold by the declarations beside them.
  const library = koffi.load(null)
  const futimens: Call = library.func('int futimens(int, const int64_t *)')
  const utimensat: Call = library.func('int utimensat(int, const char *, const int64_t *, int)')
  const linkat: Call = library.func('int linkat(int, const char *, int, const char *, int)')
  const list: Call = library.func('int64_t llistxattr(const char *, void *, size_t)')
  const get: Call = library.func('int64_t lgetxattr(const char *, const char *, void *, size_t)')
  const set: Call = library.func('int lsetxattr(const char *, const char *, const void *, size_t, int)')
  const remove: Call = library.func('int lremovexattr(const char *, const char *)')

  const call = (name: string, run: Call, ...args: unknown[]): number => {
    const result = Number(run(...args))
    if (result >= 0) return result
    const code = getSystemErrorName(-koffi.errno())
    throw Object.assign(new Error(`${code}: ${name}`), { code, syscall: name })
  }
  const times = new BigInt64Array([0n, UTIME_OMIT, 0n, 0n])
  return {
    setMtime(entry, mtimeNs) {
      const fraction = ((mtimeNs % SECOND_NS) + SECOND_NS) % SECOND_NS
      times[2] = (mtimeNs - fraction) / SECOND_NS
      times[3] = fraction
      if (typeof entry === 'number') call('futimens', futimens, entry, times)
      else call('utimensat', utimensat, AT_FDCWD, terminated(entry), times, AT_SYMLINK_NOFOLLOW)
    },
    link(fd, path) {
      // Not by its descriptor itself: before Linux 6.10 that takes a right of its own.
      call('linkat', linkat, AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, terminated(path), AT_SYMLINK_FOLLOW)
    },
    listXattrs(path) {
      const names = scratch.subarray(0, call('llistxattr', list, terminated(path), scratch, scratch.length))
      return names.length === 0 ? [] : names.toString('latin1', 0, names.length - 1).split('\0')
    },
    getXattr(path, name) {
      const size = call('lgetxattr', get, terminated(path), latin1(name), scratch, scratch.length)
      return Buffer.from(scratch.subarray(0, size))
    },
    setXattr(path, name, value) {
      call('lsetxattr', set, terminated(path), latin1(name), value, value.length, 0)
    },
    removeXattr(path, name) {
      call('lremovexattr', remove, terminated(path), latin1(name))
    },
  }
}

/** Linux allows no attribute and no list of names above 64 KiB. */
const scratch = Buffer.alloc(64 * 1024)

/** C ends a string at its first NUL; koffi adds it to strings only. */
function terminated(path: FsPath): FsPath {
  return typeof path === 'string' ? path : Buffer.concat([path, NUL])
}

function latin1(name: string): Buffer {
  return Buffer.from(`${name}\0`, 'latin1')
}

const NUL = Buffer.from([0])
const SECOND_NS = 1_000_000_000n
const UTIME_OMIT = (1n << 30n) - 2n
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_SYMLINK_FOLLOW = 0x400
