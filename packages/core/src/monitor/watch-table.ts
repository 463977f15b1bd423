import type { DirId } from '../model/entry.ts'

/**
 * Which watch stands for which directory. The kernel has one watch per inode, so that a directory that can be reached by
 * two ways (a bind mount, or one that moved and is known by its old and new identity for a moment) shares it: a watch names
 * all of its directories, until each has been released.
 */
export class WatchTable {
  readonly #watchOf = new Map<DirId, number>()
  readonly #directoryOf = new Map<number, DirId>()
  /** Directories beyond the first; nearly always empty, so that a watch costs two map entries of numbers. */
  readonly #others = new Map<number, DirId[]>()

  /** Directories that have a watch. */
  get size(): number {
    return this.#watchOf.size
  }

  has(watch: number): boolean {
    return this.#directoryOf.has(watch)
  }

  watchOf(directory: DirId): number | undefined {
    return this.#watchOf.get(directory)
  }

  /** From now on `watch` stands for `directory`. Returns the watch that stood for it before, when no directory needs that any more. */
  assign(directory: DirId, watch: number): number | undefined {
    const before = this.#watchOf.get(directory)
    if (before === watch) return undefined
    const orphan = before === undefined ? undefined : this.release(directory)
    this.#watchOf.set(directory, watch)
    if (this.#directoryOf.has(watch)) this.#others.set(watch, [...(this.#others.get(watch) ?? []), directory])
    else this.#directoryOf.set(watch, directory)
    return orphan
  }

  /** Returns the watch that stood for `directory`, when no other directory needs it. */
  release(directory: DirId): number | undefined {
    const watch = this.#watchOf.get(directory)
    if (watch === undefined) return undefined
    this.#watchOf.delete(directory)
    const rest = this.directories(watch).filter((other) => other !== directory)
    this.#others.delete(watch)
    const [first, ...others] = rest
    if (first === undefined) {
      this.#directoryOf.delete(watch)
      return watch
    }
    this.#directoryOf.set(watch, first)
    if (others.length > 0) this.#others.set(watch, others)
    return undefined
  }

  /** The kernel has dropped `watch`. */
  forget(watch: number): void {
    for (const directory of this.directories(watch)) this.#watchOf.delete(directory)
    this.#directoryOf.delete(watch)
    this.#others.delete(watch)
  }

  /** The directories that `watch` stands for; none when it is not known. */
  directories(watch: number): readonly DirId[] {
    const first = this.#directoryOf.get(watch)
    if (first === undefined) return NONE
    const others = this.#others.get(watch)
    return others === undefined ? [first] : [first, ...others]
  }

  clear(): void {
    this.#watchOf.clear()
    this.#directoryOf.clear()
    this.#others.clear()
  }
}

const NONE: readonly DirId[] = []
