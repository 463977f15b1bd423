import fs from 'node:fs'
import path from 'node:path'
import { isAbsent } from './failure.ts'

/**
 * Directories of the target that lack their time, as the source had renamed them, or one above, when something in them was changed.
 * They are written down before that change is confirmed: nobody would think of them after a crash.
 */
export class Untimed {
  readonly #file: string
  readonly #directories: Set<string>
  #written: string

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'untimed-directories.json')
    this.#directories = new Set(this.#read())
    this.#written = JSON.stringify([...this.#directories])
  }

  add(directory: string): void {
    this.#directories.add(directory)
  }

  /** All of them, which are to be set now; those that cannot be are added again. */
  take(): readonly string[] {
    const taken = [...this.#directories]
    this.#directories.clear()
    return taken
  }

  /** Throws when they cannot be written down: then the batch has failed. */
  save(): void {
    const text = JSON.stringify([...this.#directories])
    if (text === this.#written) return
    if (this.#directories.size === 0) fs.rmSync(this.#file, { force: true })
    else {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true })
      fs.writeFileSync(`${this.#file}.new`, text)
      fs.renameSync(`${this.#file}.new`, this.#file)
    }
    this.#written = text
  }

  #read(): string[] {
    try {
      const read: unknown = JSON.parse(fs.readFileSync(this.#file, 'utf8'))
      return Array.isArray(read) ? read.filter((each) => typeof each === 'string') : []
    } catch (error) {
      // What is unreadable costs no more than a time: it keeps nobody from the rest.
      if (isAbsent(error) || error instanceof SyntaxError) return []
      throw error
    }
  }
}
