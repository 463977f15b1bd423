import fs from 'node:fs'
import type { FailedPath } from '@clsync/core/handler'
import { concernsAll } from './failure.ts'
import type { Guard } from './guard.ts'
import type { Mirror } from './mirror.ts'
import type { FsPath } from './native.ts'

/** What is asked of the pass whose directories these are. */
interface Ways {
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
  readonly #pass: Ways
  /** Directory, and whether its mode and owner are to be set as well as its time. */
  readonly #touched = new Map<string, boolean>()
  #last: string | undefined

  constructor(pass: Ways) {
    this.#pass = pass
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
    this.#takeUntimed()
    for (const path of this.#pass.mirror.recentlyTimed.take(from)) this.#owe(path)
    for (const [path, whole] of [...this.#touched]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.#touched.delete(path)
      this.#touched.set(to + path.slice(from.length), whole)
    }
    this.#last = undefined
  }

  /** Gives us write permission in `directory` until the end of the batch. Says whether that changed anything. */
  loosen(directory: string): boolean {
    const path = this.#pass.to(directory)
    const stat = fs.lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isDirectory() || (stat.mode & OWNER_ALL) === OWNER_ALL) return false
    if (stat.uid !== process.geteuid?.()) return false
    fs.chmodSync(path, (stat.mode & 0o7777) | OWNER_ALL)
    this.settle(directory)
    return true
  }

  /** Sets what is left to set, below before above. Returns the directories that were to be settled and could not be. */
  finish(): FailedPath[] {
    const failed: FailedPath[] = []
    const { mirror, sourceGuard, targetGuard } = this.#pass
    this.#takeUntimed()
    sourceGuard.forget()
    targetGuard.forget()
    // A longer path first: a directory that loses its search permission hides what is below.
    for (const [path, whole] of [...this.#touched].toSorted(([a], [b]) => b.length - a.length)) {
      try {
        this.#finishOne(path, whole)
      } catch (error) {
        if (concernsAll(error)) throw error
        if (whole) failed.push({ path, error })
        else mirror.log.debug('the time of a directory could not be set', { path, error: String(error) })
      }
    }
    this.#touched.clear()
    mirror.untimed.save()
    return failed
  }

  /** What earlier batches had to leave. */
  #takeUntimed(): void {
    for (const path of this.#pass.mirror.untimed.take()) this.#owe(path)
  }

  #owe(directory: string): void {
    if (!this.#touched.has(directory)) this.#touched.set(directory, false)
  }

  #finishOne(path: string, whole: boolean): void {
    const { mirror, sourceGuard, targetGuard } = this.#pass
    if (targetGuard.obstacle(path) !== undefined) return
    const from = this.#pass.from(path)
    const to = this.#pass.to(path)
    const want = sourceGuard.obstacle(path) === undefined ? fs.lstatSync(from, EXACT) : undefined
    const have = fs.lstatSync(to, EXACT)
    if (have === undefined) return
    if (want === undefined) mirror.untimed.add(path)
    else {
      mirror.metadata.finishDirectory(to, from, have, want, whole)
      if (!whole) mirror.recentlyTimed.add(path)
    }
  }
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const
/** What the owner needs to list a directory and to change its entries. */
const OWNER_ALL = 0o700
