import fs from 'node:fs'
import path from 'node:path'
import { isWithin } from './path.ts'

/** What is being brought, and may leave temporary files when it breaks off. Paths are bytes, one character each. */
export interface Work {
  /** Directories in which something waits under a name of ours. */
  readonly directories: readonly string[]
  /** What rsync brings, with the second of its modification time in the source where that is all to tell a temporary file by. */
  readonly paths: readonly (readonly [path: string, mtimeS?: number | undefined])[]
  /** The second in which it began, by the clock of the target's files. */
  readonly sinceS: number
}

/**
 * The work that is on its way or has broken off. It is written down before it begins, so that what a crash leaves is found again
 * without reading the whole target.
 */
export class Unfinished {
  readonly #file: string
  readonly #running = new Set<Work>()
  readonly #left = new Set<Work>()
  #recorded: string | undefined

  /** What the run before has left is known from the beginning. */
  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'unfinished')
    for (const work of readWork(this.#file)) this.leave(work)
  }

  /** What has broken off. */
  get left(): readonly Work[] {
    return [...this.#left]
  }

  /** What is on its way. */
  get running(): readonly Work[] {
    return [...this.#running]
  }

  /** Throws when it cannot be written down; then it must not begin. */
  begin(work: Work): void {
    this.#running.add(work)
    try {
      this.#record()
    } catch (error) {
      this.#running.delete(work)
      throw error
    }
  }

  /** It left nothing. That is written down with the next that begins: to look for nothing does no harm. */
  end(work: Work): void {
    this.#running.delete(work)
  }

  /** It has broken off. */
  leave(work: Work): void {
    this.#running.delete(work)
    const what = placesOf(work)
    // What fails again and again is the same each time.
    if (!this.left.some((each) => each.sinceS <= work.sinceS && placesOf(each) === what)) this.#left.add(work)
  }

  /** Nothing lies there any more. */
  cleared(work: Work): void {
    this.#left.delete(work)
  }

  /** `from` is about to be renamed, which may fail: what was left below it is looked for in both places from now on. */
  follow(from: string, to: string): void {
    const moved = this.left.flatMap((work) => movedWork(work, from, to) ?? [])
    if (moved.length === 0) return
    for (const work of moved) this.leave(work)
    this.#record()
  }

  /** The second that it is by the clock of this machine's files; that of a process may be another. */
  nowS(): number {
    fs.closeSync(fs.openSync(this.#file, 'a'))
    fs.chmodSync(this.#file, 0o600)
    return Math.floor(fs.statSync(this.#file).ctimeMs / 1000)
  }

  close(): void {
    if (this.#left.size === 0 && this.#running.size === 0) fs.rmSync(this.#file, { force: true })
  }

  #record(): void {
    const text = JSON.stringify([...this.#left, ...this.#running])
    if (text === this.#recorded) return
    this.#recorded = undefined
    fs.writeFileSync(`${this.#file}.new`, text)
    fs.renameSync(`${this.#file}.new`, this.#file)
    this.#recorded = text
  }
}

function readWork(file: string): Work[] {
  try {
    const text = fs.readFileSync(file, 'utf8')
    return text === '' ? [] : (JSON.parse(text) as Work[]) // written by `#record`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return []
    throw error
  }
}

function placesOf({ directories, paths }: Work): string {
  return JSON.stringify([directories, paths.map(([each]) => each)])
}

/** As it is once `from` is called `to`; `undefined` when it lies elsewhere. */
function movedWork({ directories, paths, sinceS }: Work, from: string, to: string): Work | undefined {
  const isMoved = (each: string): boolean => isWithin(each, from)
  const moved = (each: string): string => to + each.slice(from.length)
  const work = {
    directories: directories.filter(isMoved).map(moved),
    paths: paths.filter(([each]) => isMoved(each)).map(([each, ...more]) => [moved(each), ...more] as const),
    sinceS,
  }
  return work.directories.length + work.paths.length === 0 ? undefined : work
}
