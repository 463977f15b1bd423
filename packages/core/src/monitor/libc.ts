import { ClsyncError } from '../model/error.ts'
import type { RawPath } from '../model/path.ts'

/**
 * The few calls that Node does not offer. Every one returns what C returns, and `-errno` instead of -1, so that the number
 * cannot be changed by a call in between.
 */
export interface Libc {
  /** `inotify_init1(IN_NONBLOCK | IN_CLOEXEC)`: a descriptor. */
  inotifyInit(): number
  /** `inotify_add_watch`: a watch descriptor. The path goes to the kernel byte for byte. */
  inotifyAddWatch(fd: number, path: RawPath, mask: number): number
  inotifyRemoveWatch(fd: number, watch: number): number
  /** `read`: bytes read. */
  read(fd: number, into: Uint8Array): number
  close(fd: number): number
  /** Calls `run` from the event loop whenever `fd` has something to read. Keeps the process alive until closed. */
  whenReadable(fd: number, run: () => void): { close(): void }
}

/** Numbers of Linux errors that decide something here; the same on all machines that clsync's FFI runs on. */
export const ERRNO = {
  ENOENT: 2,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ENOTDIR: 20,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  ENAMETOOLONG: 36,
} as const

/** Loads the FFI on first use, so that a process that polls never pays for it. Throws `MONITOR_UNAVAILABLE`. */
export async function loadLibc(): Promise<Libc> {
  try {
    const { default: koffi } = await import('koffi')
    return bind(koffi)
  } catch (error) {
    throw new ClsyncError('MONITOR_UNAVAILABLE', {
      message: 'The inotify monitor cannot call the system library.',
      why: error instanceof Error ? error.message : String(error),
      fix: "Install clsync with its optional packages (koffi brings a prebuilt binary), or set monitor: 'parcel' or 'poll'.",
      cause: error,
    })
  }
}

type Koffi = (typeof import('koffi'))['default']

function bind(koffi: Koffi): Libc {
  const library = openLibrary(koffi)
  // koffi's functions are typed as `any`; the declarations beside them are what makes these types true.
  const init: (flags: number) => number = library.func('inotify_init1', 'int', ['int'])
  const addWatch: (fd: number, path: Uint8Array, mask: number) => number = library.func('inotify_add_watch', 'int', [
    'int',
    'const void *',
    'uint32_t',
  ])
  const removeWatch: (fd: number, watch: number) => number = library.func('inotify_rm_watch', 'int', ['int', 'int'])
  const read: (fd: number, into: Uint8Array, size: number) => number | bigint = library.func('read', 'intptr_t', [
    'int',
    'void *',
    'size_t',
  ])
  const close: (fd: number) => number = library.func('close', 'int', ['int'])
  const orErrno = (result: number): number => (result < 0 ? -koffi.errno() : result)
  const pathBytes = Buffer.alloc(PATH_MAX)
  return {
    inotifyInit: () => orErrno(init(NONBLOCK_CLOEXEC)),
    inotifyAddWatch(fd, path, mask) {
      if (path.length >= PATH_MAX) return -ERRNO.ENAMETOOLONG
      pathBytes[pathBytes.write(path, 'latin1')] = 0
      return orErrno(addWatch(fd, pathBytes, mask))
    },
    inotifyRemoveWatch: (fd, watch) => orErrno(removeWatch(fd, watch)),
    read: (fd, into) => orErrno(Number(read(fd, into, into.byteLength))),
    close: (fd) => orErrno(close(fd)),
    whenReadable: (fd, run) => koffi.node.poll(fd, { readable: true }, run),
  }
}

/** The C library that this process already runs on, whichever it is; by name only where a process cannot be asked. */
function openLibrary(koffi: Koffi): import('koffi').LibraryHandle {
  for (const name of [null, 'libc.so.6', MUSL_NAME]) {
    try {
      const library = koffi.load(name)
      library.func('inotify_init1', 'int', ['int'])
      return library
    } catch {
      // The next name; the last failure is told below.
    }
  }
  throw new Error(`No C library with inotify was found (looked in this process, for libc.so.6 and for ${MUSL_NAME}).`)
}

const MUSL_NAME = `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`

/** Linux: the longest path, with its final NUL, that a system call takes. */
const PATH_MAX = 4096

/** O_NONBLOCK | O_CLOEXEC, which IN_NONBLOCK and IN_CLOEXEC are defined as. */
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000
