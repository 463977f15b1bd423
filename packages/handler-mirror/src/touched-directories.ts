import fs from 'node:fs'
import type { FailedPath } from '@clsync/core/handler'
import { concernsAll } from './failure.ts'
import type { Guard } from './guard.ts'
import type { Mirror } from './mirror.ts'
import type { FsPath } from './native.ts'

/** What it needs of the batch on its way. */
export interface Ways {
  readonly mirror: Mirror
  readonly sourceGuard: Guard
  readonly targetGuard: Guard
  from(path: string): FsPath
  to(path: string): FsPath
}

/**
 * Directories of the target whose modes and times have to be set when a batch is through: every entry made in them changes
 * their time, and a directory that is read-only in the source must take its entries first.
 */
export class TouchedDirectories {
  readonly #ways: Ways
  readonly #touched: Map<string, boolean>
  #last: string | undefined

  constructor(ways: Ways) {
    this.#ways = ways
    this.#touched = ways.mirror.unsettled
  }

  /** An entry of `directory` was made, removed or renamed. */
  touch(directory: string): void {
    if (directory === this.#last) return
    this.#last = directory
    if (!this.#touched.has(directory)) this.#touched.set(directory, false)
  }

  /** `directory` is to look like the source's in the end. */
  settle(directory: string): void {
    this.#touched.set(directory, true)
  }

  /** A directory was renamed: what was touched below it is elsewhere now. */
  moved(from: string, to: string): void {
    for (const [path, whole] of [...this.#touched]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.#touched.delete(path)
      this.#touched.set(to + path.slice(from.length), whole)
    }
    this.#last = undefined
  }

  /** Gives us write permission in `directory` until the end of the batch. Says whether that changed anything. */
  loosen(directory: string): boolean {
    const path = this.#ways.to(directory)
    const stat = fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isDirectory() || (stat.mode & OWNER_ALL) === OWNER_ALL) return false
    if (stat.uid !== process.geteuid?.()) return false
    fs.chmodSync(path, (stat.mode & 0o7777) | OWNER_ALL)
    this.settle(directory)
    return true
  }

  /**
   * Sets what is left to set, below before above. What is not there in the source any more is kept: when it was renamed, a later
   * batch renames it at the target too. Returns the directories that were to be settled and could not be.
   */
  finish(): FailedPath[] {
    const failed: FailedPath[] = []
    const { mirror, sourceGuard, targetGuard } = this.#ways
    sourceGuard.forget()
    targetGuard.forget()
    // A longer path first: a directory that loses its search permission hides what is below.
    for (const [path, whole] of [...this.#touched].toSorted(([a], [b]) => b.length - a.length)) {
      try {
        if (!this.#finishOne(path, whole)) continue
      } catch (error) {
        if (concernsAll(error)) throw error
        if (whole) failed.push({ path, error })
        else mirror.log.debug('the time of a directory could not be set', { path, error: String(error) })
      }
      this.#touched.delete(path)
    }
    this.#last = undefined
    return failed
  }

  /** Whether nothing is left to do. */
  #finishOne(path: string, whole: boolean): boolean {
    const { mirror, sourceGuard, targetGuard } = this.#ways
    if (targetGuard.obstacle(path) !== undefined) return true
    if (sourceGuard.obstacle(path) !== undefined) return false
    const from = this.#ways.from(path)
    const to = this.#ways.to(path)
    const want = fs.lstatSync(from, EXACT)
    const have = fs.lstatSync(to, EXACT)
    if (have === undefined) return true
    if (want === undefined) return false
    mirror.metadata.finishDirectory(to, from, have, want, whole)
    return true
  }
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const
/** What the owner needs to list a directory and to change its entries. */
const OWNER_ALL = 0o700
