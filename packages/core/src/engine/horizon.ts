import type { Clock } from '../model/clock.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Store } from '../store/store.ts'
import { RACY_MS } from '../tree/context.ts'
import type { Patrol } from './patrol.ts'

export interface HorizonOptions {
  readonly store: Pick<Store, 'counters' | 'transaction'>
  readonly clock: Clock
  readonly monitor: Pick<Monitor, 'guarantee'>
  readonly patrol: Pick<Patrol, 'owesLooks'>
}

/** Until when everything is known that was written: a file of an older time that looks the same is the same. */
export class Horizon {
  readonly #o: HorizonOptions
  #settleAt: number | undefined

  constructor(options: HorizonOptions) {
    this.#o = options
  }

  /** Monotonic; when nothing will have happened for a while. `undefined`: nothing has, and it was moved. */
  get settleAt(): number | undefined {
    return this.#settleAt
  }

  /** What was hinted at was looked at, from this wall time on; `isFull`: everything was. Within a transaction. */
  move(wallMs: number, isFull: boolean): void {
    const { store, monitor, patrol } = this.#o
    const isAllSeen = isFull || monitor.guarantee === 'no-loss'
    if (isAllSeen && !patrol.owesLooks) store.counters.horizonMs = wallMs
  }

  /** The looks are over. */
  looked(): void {
    this.#settleAt = this.#o.clock.monotonic() + SETTLE_MS
  }

  /** Nothing has happened for a while: from here on, times tell every change apart. */
  settle(wallMs: number): void {
    this.#settleAt = undefined
    this.#o.store.transaction(() => this.move(wallMs, false))
  }
}

/** After this long without an event the horizon is moved once more. */
const SETTLE_MS = RACY_MS + 200
