import { reasonOf } from '../model/reason.ts'
import { isRefusal } from '../model/refusal.ts'
import type { Halt } from '../observe/status.ts'
import type { Input } from './machine.ts'
import type { Retries } from './retries.ts'

/** Whether a target can be served at all: failures of whole batches, the wait after them, and what only a person can mend. */
export class Health {
  halt: Halt | undefined
  failures = 0
  /** Monotonic; set while the target waits after a failure. */
  retryAt: number | undefined
  readonly #retries: Retries
  readonly #change: (input: Input) => void

  constructor(retries: Retries, change: (input: Input) => void) {
    this.#retries = retries
    this.#change = change
  }

  fail(error: unknown, now: number): void {
    if (isRefusal(error)) {
      this.halt = { code: error.code, message: reasonOf(error), fix: reasonOf(error.fix) }
      return this.#change('halt')
    }
    this.#retries.problems.add('', error)
    this.failures++
    if (this.#retries.isSpent(this.failures)) return this.#change('fail')
    this.retryAt = now + this.#retries.waitMs(this.failures)
    this.#change('failing')
  }

  recover(): void {
    if (this.#retries.isSpent(0)) return this.#change('fail')
    this.failures = 0
    this.#retries.problems.solve('')
    this.#change('recovered')
  }

  /** A batch that fails as a whole is cut down, so that one bad path cannot keep the others from the target. */
  limit(maxChanges: number): number {
    return Math.max(1, Math.floor(maxChanges / 4 ** Math.max(0, this.failures - 1)))
  }

  /** Whether the target still has to wait; ends the wait when its time has come. */
  isWaiting(now: number): boolean {
    if (this.retryAt === undefined) return false
    if (this.retryAt > now) return true
    this.retryAt = undefined
    this.#change('recovered')
    return false
  }
}
