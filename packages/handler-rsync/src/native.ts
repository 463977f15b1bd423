import { getSystemErrorName } from 'node:util'

/** Sets the modification time of the entry at a path (bytes, one character each) to the nanosecond, which Node's `fs` cannot. */
export type SetMtime = (path: string, mtimeNs: bigint, link: 'follow' | 'itself') => void

/** `undefined` where the optional package koffi is missing or does not work. Linux on 64 bits only. */
export async function loadSetMtime(): Promise<SetMtime | undefined> {
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

function bind(koffi: (typeof import('koffi'))['default']): SetMtime {
  // The C library that this process runs on already, whichever it is. The type holds by the declaration beside it.
  const utimensat: (...args: unknown[]) => number = koffi
    .load(null)
    .func('int utimensat(int, const char *, const int64_t *, int)')
  const times = new BigInt64Array([0n, UTIME_OMIT, 0n, 0n])
  return (path, mtimeNs, link) => {
    const fraction = ((mtimeNs % SECOND_NS) + SECOND_NS) % SECOND_NS
    times[2] = (mtimeNs - fraction) / SECOND_NS
    times[3] = fraction
    if (utimensat(AT_FDCWD, Buffer.from(`${path}\0`, 'latin1'), times, link === 'follow' ? 0 : AT_SYMLINK_NOFOLLOW) === 0) return
    const code = getSystemErrorName(-koffi.errno())
    throw Object.assign(new Error(`${code}: utimensat`), { code })
  }
}

const SECOND_NS = 1_000_000_000n
const UTIME_OMIT = (1n << 30n) - 2n
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
