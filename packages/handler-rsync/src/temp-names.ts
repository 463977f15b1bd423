import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/**
 * Names under which new files wait at the target until they are whole. The directories that they lie in are written down before, so
 * that what a crash leaves is found again.
 */
export class TempNames {
  readonly #file: string
  readonly #session = randomBytes(4).toString('hex')
  #recorded: string | undefined
  #count = 0

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'temp-directories')
  }

  next(): string {
    return `.clsync-${this.#session}${(this.#count++ % LAST).toString(16).padStart(6, '0')}.tmp`
  }

  /** Some are about to be used in these directories. */
  use(directories: ReadonlySet<string>): void {
    const text = JSON.stringify([...directories])
    if (text === this.#recorded) return
    fs.writeFileSync(this.#file, text)
    this.#recorded = text
  }

  /** Where the run before may have left some. */
  left(): string[] {
    try {
      return JSON.parse(fs.readFileSync(this.#file, 'utf8')) as string[] // written by `use`
    } catch (error) {
      // What is cut off names no directory that was used already.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return []
      throw error
    }
  }

  close(): void {
    fs.rmSync(this.#file, { force: true })
  }
}

const LAST = 0x1000000
