/**
 * How many requests are made at once: as many as bring something. It starts with a few, adds some as long as more are done in a
 * second, takes some back when fewer are, and halves when the server asks for it.
 */
export class Limiter {
  readonly #most: number
  readonly #now: () => number
  readonly #waiting: (() => void)[] = []
  #limit: number
  #running = 0
  #done = 0
  #wasFull = false
  #windowBegan: number
  #rate = 0
  #step = 4
  #quietUntil = 0

  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most
    this.#now = now
    this.#limit = Math.min(START, most)
    this.#windowBegan = now()
  }

  get limit(): number {
    return this.#limit
  }

  /** Waits for a slot; returns what gives it back, to be called once. */
  async take(signal?: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#limit) {
      this.#wasFull = true
      await this.#wait(signal)
    } else this.#running++
    return () => this.#release()
  }

  /** The server has said that it has too much to do. */
  throttled(): void {
    const now = this.#now()
    if (now < this.#quietUntil) return // all that were on their way are told the same
    this.#quietUntil = now + QUIET_MS
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
    this.#restart(now)
  }

  /** A request has been answered. */
  done(): void {
    this.#done++
    const now = this.#now()
    const elapsed = now - this.#windowBegan
    if (elapsed < WINDOW_MS || this.#done < this.#limit * 2) return
    if (this.#wasFull && now >= this.#quietUntil) this.#adapt(this.#done / elapsed)
    this.#restart(now)
  }

  /** Goes on in a direction for as long as it pays. */
  #adapt(rate: number): void {
    const gain = this.#rate === 0 ? 1 : rate / this.#rate - 1
    if (gain < -TOLERANCE) this.#step = this.#step > 0 ? -2 : 4
    // More at once did not bring more: as few as bring as much are looked for, as each of them is answered sooner.
    else if (gain < TOLERANCE) this.#step = -2
    this.#rate = rate
    this.#limit = Math.min(this.#most, Math.max(Math.min(LEAST, this.#most), this.#limit + this.#step))
    while (this.#running < this.#limit && this.#waiting.length > 0) this.#admit()
  }

  #restart(now: number): void {
    this.#windowBegan = now
    this.#done = 0
    this.#wasFull = false
  }

  #release(): void {
    this.#running--
    if (this.#running < this.#limit) this.#admit()
  }

  #admit(): void {
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#running++
    next()
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(admit), 1)
        reject(signal?.reason as Error) // whatever aborted it
      }
      const admit = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      if (signal?.aborted === true) return reject(signal.reason as Error)
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(admit)
    })
  }
}

const START = 16
const LEAST = 4
const WINDOW_MS = 250
/** Changes of the rate that are taken for noise. */
const TOLERANCE = 0.05
/** Time in which one halving is enough. */
const QUIET_MS = 500
