import fs from 'node:fs'
import path from 'node:path'
import { isWithin } from './path.ts'

/**
 * Directories of the target that lack their time, as the source had renamed one above when something in them was changed. They are
 * written down before that change is confirmed: nobody would think of them after a crash.
 */
export class Untimed {
  readonly #file: string
  readonly #directories: Set<string>
  #written: string

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'untimed')
    this.#directories = new Set(read(this.#file))
    this.#written = JSON.stringify([...this.#directories])
  }

  /** What is still to be set. */
  get all(): readonly string[] {
    return [...this.#directories]
  }

  add(directory: string): void {
    this.#directories.add(directory)
  }

  /** It has its time. */
  settled(directory: string): void {
    this.#directories.delete(directory)
  }

  /** `from` was renamed. */
  follow(from: string, to: string): void {
    followAll(this.#directories, from, to)
  }

  /** Nothing lies at `place` any more. */
  forgetBelow(place: string): void {
    for (const each of this.all) if (isWithin(each, place)) this.#directories.delete(each)
  }

  /** Throws when they cannot be written down: then the batch has failed. */
  save(): void {
    const text = JSON.stringify(this.all)
    if (text === this.#written) return
    if (this.#directories.size === 0) fs.rmSync(this.#file, { force: true })
    else {
      fs.writeFileSync(`${this.#file}.new`, text)
      fs.renameSync(`${this.#file}.new`, this.#file)
    }
    this.#written = text
  }
}

/** `from` was renamed: `from` itself and what lies below it are called otherwise now. */
export function followAll(directories: Set<string>, from: string, to: string): void {
  for (const each of [...directories]) {
    if (!isWithin(each, from)) continue
    directories.delete(each)
    directories.add(to + each.slice(from.length))
  }
}

function read(file: string): string[] {
  try {
    const found: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : []
  } catch (error) {
    // What is unreadable costs no more than a time: it keeps nobody from the rest.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return []
    throw error
  }
}
