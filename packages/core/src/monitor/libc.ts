import fs from 'node:fs'
import { ClsyncError } from '../model/error.ts'
import type { RawPath } from '../model/path.ts'

/**
 * The few calls that Node does not offer. Every one returns what C returns, and `-errno` instead of -1, so that the number
 * cannot be changed by a call in between. Paths go to the kernel byte for byte.
 */
interface DescriptorCalls {
  /** `read`: bytes read. */
  read(fd: number, into: Uint8Array): number
  close(fd: number): number
  /** Calls `run` from the event loop whenever `fd` has something to read. Keeps the process alive until closed. */
  whenReadable(fd: number, run: () => void): { close(): void }
}

export interface InotifyCalls extends DescriptorCalls {
  /** `inotify_init1(IN_NONBLOCK | IN_CLOEXEC)`: a descriptor. */
  inotifyInit(): number
  /** `inotify_add_watch`: a watch descriptor. */
  inotifyAddWatch(fd: number, path: RawPath, mask: number): number
  inotifyRemoveWatch(fd: number, watch: number): number
}

export interface FanotifyCalls extends DescriptorCalls {
  /** `fanotify_init`: a descriptor. */
  fanotifyInit(flags: number): number
  /** `fanotify_mark` on the directory that `directory` is a descriptor of. */
  fanotifyMark(fd: number, flags: number, mask: number, directory: number): number
  /** A descriptor that only names a directory (`O_PATH`). ENOTDIR also for a symlink, unless it is to be followed. */
  openDirectory(path: RawPath, follow: boolean): number
  /** `name_to_handle_at`: fills `struct file_handle` and the id of the mount. `at`: a directory's descriptor, or {@link AT.FDCWD}. */
  nameToHandle(at: number, path: RawPath, handle: Uint32Array, mountId: Uint32Array, flags: number): number
}

export interface Libc extends InotifyCalls, FanotifyCalls {}

/** Of the calls that take a path relative to a directory, from the kernel's interface. */
export const AT = {
  FDCWD: -100,
  /** The mount's id is 64 bits and never used again. Since Linux 6.12. */
  HANDLE_MNT_ID_UNIQUE: 0x1,
  /** A handle that only has to identify. Since Linux 6.5. */
  HANDLE_FID: 0x200,
  SYMLINK_FOLLOW: 0x400,
  /** The directory itself, when the path is empty. */
  EMPTY_PATH: 0x1000,
} as const

/** Numbers of Linux errors that decide something here; the same on all machines that clsync's FFI runs on. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
} as const

/** The name of an error number, for people. */
export function nameOfErrno(errno: number): string {
  const name = Object.entries(ERRNO).find(([, value]) => value === errno)?.[0]
  return name ?? `error ${errno}`
}

/** Whether an error says that there is no directory at a path. */
export function isNoDirectory(errno: number): boolean {
  return errno === ERRNO.ENOENT || errno === ERRNO.ENOTDIR
}

let loaded: Promise<Libc> | undefined

/** Loads the FFI on first use, so that a process that polls never pays for it. Throws `MONITOR_UNAVAILABLE`. */
export function loadLibc(): Promise<Libc> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Libc> {
  try {
    const { default: koffi } = await import('koffi')
    return bind(koffi)
  } catch (error) {
    throw new ClsyncError('MONITOR_UNAVAILABLE', {
      message: 'The monitors inotify and fanotify cannot call the system library.',
      why: error instanceof Error ? error.message : String(error),
      fix: "Install clsync with its optional packages (koffi brings a prebuilt binary), or set monitor: 'parcel' or 'poll'.",
      cause: error,
    })
  }
}

type Koffi = (typeof import('koffi'))['default']

function bind(koffi: Koffi): Libc {
  const library = openLibrary(koffi)
  const call = binder(koffi, library)
  const read = call('read', 'intptr_t', ['int', 'void *', 'size_t'])
  return {
    ...bindInotify(call),
    ...bindFanotify(call),
    read: (fd, into) => read(fd, into, into.byteLength),
    close: call('close', 'int', ['int']),
    whenReadable: (fd, run) => koffi.node.poll(fd, { readable: true }, run),
  }
}

type NativeCall = (...values: (number | Uint8Array | Uint32Array)[]) => number
type Binder = (name: string, result: string, parameters: string[]) => NativeCall

/** Functions of the library, with `-errno` for -1. One that this system lacks says ENOSYS. */
function binder(koffi: Koffi, library: import('koffi').LibraryHandle): Binder {
  return (name, result, parameters) => {
    let bound: (...values: unknown[]) => number | bigint
    try {
      bound = library.func(name, result, parameters)
    } catch {
      return () => -ERRNO.ENOSYS
    }
    return (...values) => {
      const returned = Number(bound(...values))
      return returned === -1 ? -koffi.errno() : returned
    }
  }
}

function bindInotify(call: Binder): Omit<InotifyCalls, keyof DescriptorCalls> {
  const init = call('inotify_init1', 'int', ['int'])
  const add = call('inotify_add_watch', 'int', ['int', 'const void *', 'uint32_t'])
  return {
    inotifyInit: () => init(NONBLOCK_CLOEXEC),
    inotifyAddWatch: (fd, path, mask) => (isTooLong(path) ? -ERRNO.ENAMETOOLONG : add(fd, inBytes(path), mask)),
    inotifyRemoveWatch: call('inotify_rm_watch', 'int', ['int', 'int']),
  }
}

function bindFanotify(call: Binder): Omit<FanotifyCalls, keyof DescriptorCalls> {
  const init = call('fanotify_init', 'int', ['unsigned int', 'unsigned int'])
  const mark = call('fanotify_mark', 'int', [...['int', 'unsigned int', 'uint64_t', 'int', 'const void *']])
  const open = call('open', 'int', ['const void *', 'int'])
  const handleOf = call('name_to_handle_at', 'int', ['int', 'const void *', 'void *', 'void *', 'int'])
  return {
    fanotifyInit: (flags) => init(flags, 0),
    fanotifyMark: (fd, flags, mask, directory) => mark(fd, flags, mask, directory, HERE),
    openDirectory: (path, follow) =>
      isTooLong(path) ? -ERRNO.ENAMETOOLONG : open(inBytes(path), follow ? DIRECTORY : DIRECTORY | fs.constants.O_NOFOLLOW),
    nameToHandle: (at, path, handle, mountId, flags) =>
      isTooLong(path) ? -ERRNO.ENAMETOOLONG : handleOf(at, inBytes(path), handle, mountId, flags),
  }
}

const pathBytes = Buffer.alloc(4096)

/** In one buffer for all calls, ended by NUL; good until the next call. */
function inBytes(path: RawPath): Uint8Array {
  pathBytes[pathBytes.write(path, 'latin1')] = 0
  return pathBytes
}

/** Linux takes no path longer than this, with its final NUL. */
function isTooLong(path: RawPath): boolean {
  return path.length >= pathBytes.length
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

/** O_NONBLOCK | O_CLOEXEC, which IN_NONBLOCK and IN_CLOEXEC are defined as. */
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000

/** O_PATH | O_CLOEXEC | O_DIRECTORY: the first two have these numbers on all machines that the FFI runs on. */
const DIRECTORY = 0o10000000 | 0o2000000 | fs.constants.O_DIRECTORY

/** The path ".". */
const HERE = Buffer.from('.\0')
