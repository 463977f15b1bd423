import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export interface ReadinessOptions {
  readonly timeline: Pick<Timeline, 'inside'>
  readonly random: Random
  readonly mostDelayMs: number
}

/** Calls who waits for a descriptor, a while after it has something to read. */
export class Readiness {
  readonly #o: ReadinessOptions
  readonly #isReadable: () => boolean
  #run: (() => void) | undefined
  #isPolling = false

  constructor(options: ReadinessOptions, isReadable: () => boolean) {
    this.#o = options
    this.#isReadable = isReadable
  }

  wait(run: () => void): { close(): void } {
    this.#run = run
    this.poke()
    return { close: () => this.end() }
  }

  /** There may be something to read. */
  poke(): void {
    if (this.#isPolling || this.#run === undefined || !this.#isReadable()) return
    this.#isPolling = true
    const { timeline, random, mostDelayMs } = this.#o
    timeline.inside(random.chance(0.8) ? random.next() : random.next() * mostDelayMs, () => {
      this.#isPolling = false
      this.#run?.()
      this.poke()
    })
  }

  end(): void {
    this.#run = undefined
  }
}
