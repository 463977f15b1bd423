import type { Log } from '../handler.ts'
import { reasonOf } from '../model/reason.ts'
import { isDamage } from '../store/database.ts'
import type { OpenedState } from './opened-state.ts'
import { Run, type RunOptions } from './run.ts'

export interface SuccessionOptions extends Omit<RunOptions, 'open' | 'damaged' | 'isPaused'> {
  readonly log: Log
  /** `isDamaged`: the state turned out to be; it is set aside first. */
  open(isDamaged: boolean): OpenedState
}

/** The run of a task, and the one that takes its place when the state turns out to be damaged. */
export class Succession {
  current: Run | undefined
  /** Nothing is to be sent; each run begins so, then. */
  isPaused = false
  readonly #o: SuccessionOptions
  #replacing: Promise<void> | undefined
  #isEnding = false

  constructor(options: SuccessionOptions) {
    this.#o = options
  }

  async begin(): Promise<void> {
    try {
      this.current = await this.#open(false)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#tell(error)
      this.current = await this.#open(true)
    }
  }

  /** Holds for each run that takes its place, too. */
  pause(): void {
    this.isPaused = true
    this.current?.pause()
  }

  resume(): void {
    this.isPaused = false
    this.current?.resume()
  }

  /** Waits for the run, and for each that takes its place. */
  async wait(until: (run: Run) => Promise<void>): Promise<void> {
    for (let waited: Run | undefined; waited !== this.current;) {
      waited = this.current
      if (waited !== undefined) await until(waited)
      await this.#replacing
    }
  }

  /** None takes its place any more. Settles when the one that is being replaced is gone. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#replacing
  }

  #open(isDamaged: boolean): Promise<Run> {
    return Run.open({
      ...this.#o,
      open: () => this.#o.open(isDamaged),
      isPaused: this.isPaused,
      damaged: (error) => {
        this.#tell(error)
        this.#replacing = this.#replace().finally(() => (this.#replacing = undefined))
      },
    })
  }

  async #replace(): Promise<void> {
    try {
      await this.current?.giveUp()
      if (!this.#isEnding) this.current = await this.#open(true)
    } catch (error) {
      this.#o.log.warn(`It cannot be begun anew: ${reasonOf(error)}.`)
      this.current?.fail()
    }
  }

  #tell(error: unknown): void {
    this.#o.log.warn(`The state turned out to be damaged: ${reasonOf(error)}.`)
  }
}
