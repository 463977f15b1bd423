import type { RawPath } from '../model/path.ts'
import { AT, ERRNO, type FanotifyCalls } from './libc.ts'

/** Reads which handle the kernel's events call a directory by, and which mount it is on. */
export class FileHandles {
  /** The last handle that was read: `struct file_handle`, in words. */
  readonly words = new Uint32Array(HANDLE_WORDS)
  /** The mount of the last handle. */
  mount = 0
  /** Whether a mount's number is never used for another; else it may be, once the mount has gone. */
  readonly areMountsUnique: boolean
  readonly #libc: FanotifyCalls
  readonly #mountId = new Uint32Array(2)
  /** What this kernel knows of {@link AT}. */
  readonly #flags: number

  constructor(libc: FanotifyCalls) {
    this.#libc = libc
    const known = [AT.HANDLE_FID | AT.HANDLE_MNT_ID_UNIQUE, AT.HANDLE_FID].find((flags) => {
      return this.#read(AT.FDCWD, '/' as RawPath, flags) !== ERRNO.EINVAL
    })
    this.#flags = known ?? 0
    this.areMountsUnique = (this.#flags & AT.HANDLE_MNT_ID_UNIQUE) !== 0
  }

  /** Of whatever is at a path; one that is no directory is called by its handle in no event. Returns 0 or the errno. */
  readAt(path: RawPath, follow: boolean): number {
    return this.#read(AT.FDCWD, path, follow ? this.#flags | AT.SYMLINK_FOLLOW : this.#flags)
  }

  /** Of an open directory. Returns 0 or the errno. */
  readOf(directory: number): number {
    return this.#read(directory, '' as RawPath, this.#flags | AT.EMPTY_PATH)
  }

  #read(at: number, path: RawPath, flags: number): number {
    this.words[0] = HANDLE_BYTES
    this.#mountId[1] = 0
    const result = this.#libc.nameToHandle(at, path, this.words, this.#mountId, flags)
    const [low = 0, high = 0] = this.#mountId
    this.mount = low + high * 2 ** 32
    return result < 0 ? -result : 0
  }
}

/** The kernel's limit of a handle itself. */
const HANDLE_BYTES = 128
const HANDLE_WORDS = 2 + HANDLE_BYTES / 4
