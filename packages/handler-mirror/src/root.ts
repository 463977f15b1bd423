import fs from 'node:fs'
import { sourcePath } from '@clsync/core/handler'
import { codeOf } from './failure.ts'
import type { FsPath } from './native.ts'
import { joinPath, parentOf } from './path.ts'

/**
 * A directory, and how `fs` is to be told of what lies below it. A path may be longer than the system takes: renames further up make
 * it so for a while, and temporary names are longer than some others. On Linux it is named from an open directory then.
 */
export class Root {
  readonly path: string
  /** Directories whose entries have too long a path. */
  readonly #open = new Map<string, number>()

  constructor(path: string) {
    this.path = path
  }

  place(path: string): FsPath {
    const place = sourcePath(this.path, path)
    if (place.length <= SAFE || Buffer.byteLength(place) <= LONGEST || process.platform !== 'linux') return place
    const directory = parentOf(path)
    try {
      return sourcePath(`/proc/self/fd/${this.#descriptor(directory)}`, path.slice(joinPath(directory, '').length))
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return place // as whoever asks will find
      throw error
    }
  }

  /** Directories may have been renamed or removed; also to be called in the end. */
  forget(): void {
    for (const fd of this.#open.values()) fs.closeSync(fd)
    this.#open.clear()
  }

  #descriptor(directory: string): number {
    const known = this.#open.get(directory)
    if (known !== undefined) return known
    const { O_DIRECTORY, O_NOFOLLOW } = fs.constants
    const fd = fs.openSync(this.place(directory), O_PATH | O_DIRECTORY | O_NOFOLLOW)
    this.#open.set(directory, fd)
    return fd
  }
}

/** Bytes of the longest path, without the NUL at its end. */
const LONGEST = 4095
/** So many characters never have more bytes than that. */
const SAFE = LONGEST / 3
/** To name by it, with no right to read; Node has no name for it. */
const O_PATH = 0o10000000
