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
  /** Wall time when the looks in progress began. */
  #fromMs: number | undefined
  #settleAt: number | undefined
  /** What has a time between the clock's and this one is known. */
  #knownAheadMs = Infinity
  /** Wall time less monotonic time, at most, since the clock was set back; and when that was last asked for. */
  #offsetMs = -Infinity
  #followedAt: number | undefined

  constructor(options: HorizonOptions) {
    this.#o = options
  }

  /** Monotonic; when nothing will have happened for a while. `undefined`: nothing has, and it was moved. */
  get settleAt(): number | undefined {
    return this.#settleAt
  }

  /**
   * Goes back with a clock that was set back: else what is written from then on would be taken for old. Returns whether it was; then
   * everything has to be looked at once more. By less than the margin that every look leaves, it does no harm.
   */
  follow(wallMs: number): boolean {
    const { store, clock } = this.#o
    const { horizonMs } = store.counters
    const now = clock.monotonic()
    const sinceMs = now - (this.#followedAt ?? now)
    const offsetMs = wallMs - now
    const isBack = offsetMs < this.#offsetMs - RACY_MS || wallMs < horizonMs - RACY_MS
    if (isBack) {
      store.transaction(() => void (store.counters.horizonMs = Math.min(horizonMs, wallMs - sinceMs)))
      this.#knownAheadMs = Math.min(this.#knownAheadMs, horizonMs)
      this.giveUp()
    }
    this.#offsetMs = isBack ? offsetMs : Math.max(this.#offsetMs, offsetMs)
    this.#followedAt = now
    return isBack
  }

  /** Whether all that was ever written at this wall time is known although it seems recent, as the clock has yet to come there. */
  isAhead(timeMs: number): boolean {
    return timeMs < this.#knownAheadMs - RACY_MS && timeMs > this.#o.clock.now() + RACY_MS
  }

  /** Looks begin, or go on. */
  begin(wallMs: number): void {
    this.#fromMs ??= wallMs
  }

  /** What was hinted at was looked at; `isFull`: everything was. Within a transaction. */
  move(isFull: boolean): void {
    if (this.#fromMs !== undefined) this.#set(this.#fromMs, isFull)
  }

  /** The looks are over, and written down. */
  looked(): void {
    // When they moved it, all was seen, what has times ahead of the clock included.
    if (this.#o.store.counters.horizonMs === this.#fromMs) this.#knownAheadMs = Infinity
    this.#fromMs = undefined
    this.#settleAt = this.#o.clock.monotonic() + SETTLE_MS
  }

  /** The looks in progress are begun anew. */
  giveUp(): void {
    this.#fromMs = undefined
  }

  /** Nothing has happened for a while: from here on, times tell every change apart. */
  settle(wallMs: number): void {
    this.#settleAt = undefined
    this.#o.store.transaction(() => this.#set(wallMs, false))
  }

  #set(wallMs: number, isFull: boolean): void {
    const { store, monitor, patrol } = this.#o
    const isAllSeen = isFull || monitor.guarantee === 'no-loss'
    if (isAllSeen && !patrol.owesLooks) store.counters.horizonMs = wallMs
  }
}

/** After this long without an event the horizon is moved once more. */
const SETTLE_MS = RACY_MS + 200
