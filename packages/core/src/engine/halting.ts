import { reasonOf } from '../model/reason.ts'
import type { Halt } from '../observe/status.ts'
import type { Guard } from './guard.ts'

/** Whether anything may be looked at and sent: what is wrong with the root or the state, and when to see whether it still is. */
export class Halting {
  /** Set while nothing may be sent; stays until everything was scanned again without finding the same. */
  halt: Halt | undefined
  /** Nothing may be looked at. */
  isStopped = false
  /** Monotonic. At once at first: what the root is has to be known before anything is taken from it. */
  checkAt = -Infinity
  readonly #guard: Guard
  readonly #changed: (halt: Halt | undefined) => void

  constructor(guard: Guard, changed: (halt: Halt | undefined) => void) {
    this.#guard = guard
    this.#changed = changed
  }

  /** Looks at the root when it is time; returns whether what had stopped everything may be over. */
  check(now: number): boolean {
    if (this.checkAt > now) return false
    const wrong = this.#guard.check()
    if (wrong !== undefined) {
      this.stop(wrong, now)
      return false
    }
    this.checkAt = now + CHECK_MS
    return this.isStopped
  }

  /** Looks at the root now; returns whether all is well: what a handler is about to read is what was seen. */
  isWell(now: number): boolean {
    this.checkAt = -Infinity
    this.check(now)
    return !this.isStopped
  }

  /** Returns whether this is new. */
  stop(halt: Halt, now: number): boolean {
    const isNew = this.halt?.code !== halt.code || this.halt.message !== halt.message
    this.halt = halt
    this.isStopped = true
    this.checkAt = now + RECHECK_MS
    if (isNew) this.#changed(halt)
    return isNew
  }

  /** Everything was scanned, and nothing was wrong. */
  end(): void {
    if (this.halt === undefined) return
    this.halt = undefined
    this.#changed(undefined)
  }
}

/** The state could not be read or written. */
export function stateHalt(error: unknown): Halt {
  const message = `The state could not be read or written: ${reasonOf(error)}.`
  return { code: 'STATE_DIR_UNUSABLE', message, fix: 'Free space, or mend the state directory.' }
}

/** How often a root that was well is looked at: nothing tells that another file system was mounted over it. */
const CHECK_MS = 5000
/** How often one that was not is looked at. */
const RECHECK_MS = 1000
