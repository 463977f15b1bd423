import type { KernelEvent } from './disk.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

export interface TransitOptions {
  readonly timeline: Pick<Timeline, 'outside'>
  readonly random: Random
  /** Longest time between an operation and its last event: whoever did it may lose the processor in between. */
  readonly mostTransitMs: number
}

/** Events on their way from an operation to the kernel's queue. */
export class Transit {
  readonly #o: TransitOptions
  readonly #arrive: (events: readonly KernelEvent[]) => void
  #waiting: KernelEvent[] = []

  constructor(options: TransitOptions, arrive: (events: readonly KernelEvent[]) => void) {
    this.#o = options
    this.#arrive = arrive
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0
  }

  /** An operation has been done. */
  tell(events: readonly KernelEvent[]): void {
    const { random, mostTransitMs, timeline } = this.#o
    if (!this.isBusy && !(mostTransitMs > 0 && random.chance(0.2))) return this.#arrive(events)
    const now = this.isBusy ? 0 : random.below(events.length + 1)
    this.#arrive(events.slice(0, now))
    this.#waiting.push(...events.slice(now))
    timeline.outside(random.next() * mostTransitMs, () => this.#arrive(this.#waiting.splice(0)))
  }
}
