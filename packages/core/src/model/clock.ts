/** Time as an effect, so that a whole engine runs in a simulation. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may jump. Compared with file times only. */
  now(): number
  /** Milliseconds with fractions since some start; never goes back. All waiting is measured by it. */
  monotonic(): number
  /** Calls `run` once after `delayMs`; 0 means as soon as pending input and output were seen to. */
  after(delayMs: number, run: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** The real time. Timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    if (delayMs <= 0) {
      const immediate = setImmediate(run)
      return { cancel: () => clearImmediate(immediate) }
    }
    const timeout = setTimeout(run, Math.min(delayMs, MAX_TIMEOUT_MS))
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** Node's own limit; a longer delay would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1
