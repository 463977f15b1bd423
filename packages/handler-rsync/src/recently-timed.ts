import { isWithin } from './path.ts'

/**
 * Directories whose time was set lately because an entry of theirs had come or gone. When one above is renamed after that, the source
 * may have had another directory in its place already, whose time was taken.
 */
export class RecentlyTimed {
  readonly #directories = new Map<string, bigint | undefined>()

  /** `inode`: of what the source had there then. */
  add(directory: string, inode: bigint | undefined): void {
    this.#directories.delete(directory)
    this.#directories.set(directory, inode)
    if (this.#directories.size <= MOST) return
    for (const oldest of this.#directories.keys()) {
      this.#directories.delete(oldest)
      break
    }
  }

  /** It is no longer there. */
  forget(directory: string): void {
    this.#directories.delete(directory)
  }

  /** `place` is called otherwise now: what lies there is returned, and no longer remembered. */
  take(place: string): readonly (readonly [directory: string, inode: bigint | undefined])[] {
    const found = [...this.#directories].filter(([each]) => isWithin(each, place))
    for (const [each] of found) this.#directories.delete(each)
    return found
  }
}

/** It may be that long until the rename is met: as many directories as change in some seconds. */
const MOST = 4096
