import type { Clock, Timer } from '../model/clock.ts'

/** Time that passes only when told. Timers run in the order in which they are due, equal ones in the order they were set. */
export class FakeClock implements Clock {
  #now: number
  #monotonic = 0
  #order = 0
  #waiting: Waiting[] = []

  /** @param nowMs wall time at the start, milliseconds since 1970 */
  constructor(nowMs = 1_700_000_000_000) {
    this.#now = nowMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(delayMs: number, run: () => void): Timer {
    const waiting = { at: this.#monotonic + Math.max(0, delayMs), order: this.#order++, run }
    this.#waiting.push(waiting)
    return { cancel: () => this.#remove(waiting) }
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#waiting.length
  }

  /** How long until the next timer is due, in milliseconds; `undefined` when none is set. */
  get nextMs(): number | undefined {
    const next = this.#next()
    return next === undefined ? undefined : next.at - this.#monotonic
  }

  /** Lets `ms` pass, running what becomes due on the way at its own time, also timers that those set. */
  advance(ms: number): void {
    const end = this.#monotonic + ms
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#remove(next)
      this.#pass(next.at - this.#monotonic)
      next.run()
    }
    this.#pass(end - this.#monotonic)
  }

  /** Moves the wall clock alone, as a person or a time server does. */
  jump(ms: number): void {
    this.#now += ms
  }

  #pass(ms: number): void {
    this.#monotonic += ms
    this.#now += ms
  }

  #next(): Waiting | undefined {
    let next: Waiting | undefined
    for (const waiting of this.#waiting) {
      if (next === undefined || waiting.at < next.at || (waiting.at === next.at && waiting.order < next.order)) next = waiting
    }
    return next
  }

  #remove(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
  }
}

interface Waiting {
  readonly at: number
  readonly order: number
  readonly run: () => void
}
