import fs from 'node:fs'
import { parentOf } from './path.ts'
import type { Root } from './root.ts'

/** What stands in the way to a directory. */
export interface Obstacle {
  readonly path: string
  readonly kind: 'missing' | 'symlink' | 'other' | 'forbidden'
}

/**
 * Says whether the way from a root to a directory leads through real directories only, so that nothing is read or written
 * through a symbolic link, nor through the directory that `forbidden` names. What was found good is remembered until {@link forget}.
 */
export class Guard {
  readonly #root: Root
  readonly #forbidden: fs.Stats | undefined
  readonly #good = new Set<string>()
  #last = ''

  constructor(root: Root, forbidden?: fs.Stats) {
    this.#root = root
    this.#forbidden = forbidden
  }

  /** The first thing that is no directory on the way to `directory`, itself included; `undefined` when all is well. */
  obstacle(directory: string): Obstacle | undefined {
    if (directory === '' || directory === this.#last || this.#good.has(directory)) return undefined
    const above = this.obstacle(parentOf(directory))
    if (above !== undefined) return above
    const stat = fs.lstatSync(this.#root.place(directory), { throwIfNoEntry: false })
    if (stat === undefined) return { path: directory, kind: 'missing' }
    if (!stat.isDirectory()) return { path: directory, kind: stat.isSymbolicLink() ? 'symlink' : 'other' }
    if (this.#forbidden !== undefined && isSameEntry(stat, this.#forbidden)) return { path: directory, kind: 'forbidden' }
    this.trust(directory)
    return undefined
  }

  /** Takes note of a directory that was just made. */
  trust(directory: string): void {
    this.#good.add(directory)
    this.#last = directory
  }

  /** `directory` is about to be removed; nothing is left below it. */
  distrust(directory: string): void {
    this.#good.delete(directory)
    this.#last = ''
    this.#root.forget()
  }

  /** Everything has to be looked at again: time has passed, or a directory was moved or removed. */
  forget(): void {
    this.#good.clear()
    this.#last = ''
    this.#root.forget()
  }
}

function isSameEntry(one: fs.Stats, other: fs.Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
