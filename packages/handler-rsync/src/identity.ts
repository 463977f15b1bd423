import fs from 'node:fs'
import path from 'node:path'

/** What tells the target's directory from another one across a restart and a reboot: inode, birth and type of file system. */
interface Recorded {
  readonly destination: string
  readonly mark: string
}

/** Which directory was synced to before, written down in the state directory. */
export class Identity {
  readonly #file: string
  readonly #destination: string

  constructor(stateDir: string, destination: string) {
    this.#file = path.join(stateDir, 'target.json')
    this.#destination = destination
  }

  /** `undefined` when nothing is known of this destination. */
  recorded(): string | undefined {
    try {
      // Written below; anything else only fails the comparison.
      const record = JSON.parse(fs.readFileSync(this.#file, 'utf8')) as Recorded
      return record.destination === this.#destination ? record.mark : undefined
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
      throw error
    }
  }

  record(mark: string): void {
    const record: Recorded = { destination: this.#destination, mark }
    fs.writeFileSync(`${this.#file}.new`, `${JSON.stringify(record)}\n`)
    fs.renameSync(`${this.#file}.new`, this.#file)
  }
}
