import type { Timeline } from './timeline.ts'

/** Wall time, which somebody may set. */
export class WallClock {
  readonly #timeline: Timeline
  #offsetMs = EPOCH

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  get now(): number {
    return this.#offsetMs + this.#timeline.now
  }

  shift(ms: number): void {
    this.#offsetMs += ms
  }
}

/** Wall time at the start of every history. */
const EPOCH = 1_700_000_000_000
