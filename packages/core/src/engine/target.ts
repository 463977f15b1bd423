import { toBatch } from '../batch/change.ts'
import type { Step } from '../batch/step.ts'
import type { Session } from '../handler.ts'
import type { TargetInfo } from '../hooks.ts'
import type { Scope } from '../model/difference.ts'
import { type RawPath, ROOT_PATH } from '../model/path.ts'
import { reasonOf } from '../model/reason.ts'
import type { State, Totals } from '../observe/status.ts'
import { deliver, type Delivery } from './delivery.ts'
import { Health } from './health.ts'
import { Lifecycle } from './lifecycle.ts'
import { closeSession, makeContact, openSession } from './opening.ts'
import { type Outbox, type Parcel, pathsOf } from './outbox.ts'
import { isDue } from './patrol.ts'
import { type Retries, SETTLED_ATTEMPTS } from './retries.ts'
import { settleDelivery } from './settlement.ts'
import { createTargetParts, type TargetOptions, type TargetParts } from './target-parts.ts'
import type { FirstLook } from './second-look.ts'
import { Unsettled } from './unsettled.ts'
import { reasonFor } from './verification.ts'

/** One target: its session, its state, what is on its way and what came of it. Independent of all others. */
export class Target {
  readonly info: TargetInfo
  readonly totals: { -readonly [Key in Exclude<keyof Totals, 'rounds'>]: Totals[Key] } = { batches: 0, changes: 0, bytes: 0 }
  readonly retries: Retries
  readonly outbox: Outbox
  readonly health: Health
  readonly life: Lifecycle
  kept = 0
  inFlight = 0
  session: Session | undefined
  readonly #o: TargetOptions
  readonly #parts: TargetParts
  readonly #cancel = new AbortController()
  readonly #unsettled = new Unsettled((error) => this.#fail(error, true))
  #isSettingUp = false
  #isVerified = false
  #hasWithheld = false
  #earliestStart = -Infinity

  constructor(options: TargetOptions) {
    const { spec, clock } = (this.#o = options)
    this.info = { target: spec.name, handler: spec.handler.name }
    this.life = new Lifecycle((from, to) => options.stateChanged(from, to))
    this.#parts = createTargetParts(options, () => this.session)
    this.retries = this.#parts.retries
    this.outbox = this.#parts.outbox
    this.health = new Health(this.retries, (input) => this.life.change(input))
    for (const path of this.#parts.ledger.recover()) this.outbox.touch(path, 'tree', clock.monotonic())
    if (this.#parts.record.dirty) this.outbox.touch(ROOT_PATH, 'tree', clock.monotonic())
  }

  get state(): State {
    return this.life.state
  }

  /** Within the transaction that changes the seen state. */
  touch(path: RawPath, scope: Scope): void {
    this.#parts.record.dirty = true
    this.outbox.touch(path, scope, this.#o.clock.monotonic())
  }

  /** Whether it has confirmed that it holds something there. */
  holds(path: RawPath): boolean {
    return this.#parts.acked.get(path) !== undefined
  }

  get pending(): number {
    return this.outbox.pending + this.inFlight + this.#unsettled.size
  }

  /** Nothing is left but what has failed several times, is held, or needs a person. */
  get isIdle(): boolean {
    if (this.inFlight > 0) return false
    if (this.health.halt !== undefined || this.#isOver) return true
    if (!this.#isMet) return this.health.failures >= SETTLED_ATTEMPTS
    return this.outbox.unsettled(SETTLED_ATTEMPTS) + this.#unsettled.size === 0
  }

  /** Nothing is left that was not tried. */
  get isDrained(): boolean {
    if (this.state === 'paused') return this.inFlight === 0
    return this.isIdle || (this.inFlight === 0 && (this.health.failures > 0 || this.outbox.unsettled(1) === 0))
  }

  /** Sends what is due, as far as slots are free. Called whenever something may have changed. `isHurried`: nothing waits but retries. */
  advance(isHurried = false): void {
    const now = this.#o.clock.monotonic()
    if (this.health.isWaiting(now) || !this.#unsettled.settle() || !this.#isReady()) return
    // Not what changes while the first pass goes on: a file that always changes would be sent without end.
    if (isHurried || (this.state === 'initial' && this.outbox.rounds === 0)) this.#earliestStart = this.outbox.hasten(now)
    try {
      const { parallel, maxChanges } = this.#o.spec.handler.capabilities
      while (this.inFlight < parallel && this.#mayStart <= now && isDue(this.outbox.nextAt, now)) {
        const parcel = this.outbox.next(now, this.health.limit(maxChanges), !isHurried)
        if (parcel === undefined) break
        const first = this.#o.source().secondLook.first(parcel.steps)
        if (!this.#o.source().halting.isWell(now)) return this.outbox.withdraw(parcel, now)
        this.#send(parcel, first, now)
      }
      if (this.pending === 0) this.#rest(false)
      else if (this.state === 'initial' && this.health.failures === 0 && this.isIdle) this.life.change('synced') // but for what always fails
    } catch (error) {
      this.#fail(error, true) // the state cannot be read or written
    }
  }

  /** Monotonic; when {@link advance} may find something to do. */
  nextAt(): number | undefined {
    if (this.state === 'halted' || this.state === 'paused' || this.#isOver || this.#isSettingUp) return undefined
    if (this.health.retryAt !== undefined) return this.health.retryAt
    if (this.session === undefined || this.inFlight >= this.#o.spec.handler.capabilities.parallel) return undefined
    const at = this.outbox.nextAt
    return at === undefined ? undefined : Math.max(at, this.#mayStart)
  }

  /** The least interval lies between rounds: what was due together may go in many batches. */
  get #mayStart(): number {
    return this.outbox.isRoundOpen ? -Infinity : this.#earliestStart
  }

  /** What waits now waits no longer, but for retries. What comes later is up to {@link Target.advance}. */
  flush(): void {
    this.outbox.flush(this.#o.clock.monotonic())
  }

  abort(): void {
    this.#cancel.abort(new Error('clsync is stopping.'))
  }

  async close(): Promise<void> {
    try {
      if (this.pending === 0 && this.session !== undefined) this.#rest(true)
      await closeSession(this.session, this.#o.clock)
    } catch (error) {
      this.#o.log.warn(`Closing the target failed: ${reasonOf(error)}.`, { target: this.info.target })
    }
    this.life.change('stopped')
  }

  get #isOver(): boolean {
    return this.state === 'stopped' || this.state === 'failed'
  }

  #isReady(): boolean {
    if (!this.#o.source().isReady || this.#isSettingUp) return false
    if (this.state === 'halted' || this.state === 'paused' || this.#isOver) return false
    if (this.#isMet) {
      this.life.change('started')
      return true
    }
    this.#isSettingUp = true
    void this.#setUp()
    return false
  }

  /** What it holds is known. */
  get #isMet(): boolean {
    return this.session !== undefined && this.#parts.record.met && (this.#isVerified || this.#o.task.initial !== 'verify')
  }

  async #setUp(): Promise<void> {
    const { clock, wake } = this.#o
    try {
      this.session ??= await openSession(this.#o, this.#parts, (bytes) => (this.totals.bytes += bytes))
      if (!this.#isMet) {
        this.kept = await makeContact(this.#o, this.#parts, this.session, this.#cancel.signal)
        this.#isVerified = true
        this.outbox.touch(ROOT_PATH, 'tree', clock.monotonic())
      }
      this.health.recover()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isSettingUp = false
      wake()
    }
  }

  #send(parcel: Parcel, first: FirstLook, now: number): void {
    const { hooks, clock, task, wake } = this.#o
    const { steps } = parcel
    this.inFlight++
    this.#earliestStart = now + task.schedule.minIntervalMs
    this.#parts.deleteLimit.send(steps.filter(({ type }) => type === 'delete').length, now)
    const attempt = this.retries.nextAttempt(steps)
    const batch = toBatch(this.info.target, steps, reasonFor(task, this.state, this.session), attempt)
    const more = { timeoutMs: task.timeoutMs, cancel: this.#cancel.signal, progress: () => this.totals.bytes }
    const parts = { batch, steps, hooks, clock, info: this.info, ...more }
    void deliver({ ...parts, begin: (sent) => this.#parts.ledger.begin(batch.id, sent) }).then((delivery) => {
      this.inFlight--
      this.#unsettled.add(() => this.#settle(delivery, parcel, first))
      wake()
    })
  }

  #settle(delivery: Delivery, parcel: Parcel, first: FirstLook): void {
    const { hooks, source, clock } = this.#o
    const { batch, durationMs, bytes } = delivery
    source().drain()
    const resendMs = (step: Step) => (this.outbox.isDisturbed(parcel, step) ? 0 : source().secondLook.resendMs(step, first))
    const count = settleDelivery({
      ...this.#parts,
      now: clock.monotonic(),
      resendMs,
      delivery,
      again: parcel.again,
      failed: (event) => hooks.failed.call({ ...this.info, ...event }),
    })
    this.outbox.release(parcel)
    if (delivery.withheld > 0) this.#hasWithheld = true
    if (delivery.late !== undefined) this.#awaitLate(delivery)
    if (delivery.error !== undefined) return this.#fail(delivery.error)
    this.health.recover()
    this.totals.batches++
    this.totals.changes += count
    if (count > 0) hooks.synced.call({ ...this.info, batch, count, durationMs, bytes })
  }

  #fail(error: unknown, isOfState = false): void {
    if (!isOfState || !this.#o.damaged(error)) this.health.fail(error, this.#o.clock.monotonic())
  }

  /** A handler that was given up and comes back late may have written something old: its paths are sent once more. */
  #awaitLate({ late, sent }: Delivery): void {
    const doubt = (): void => {
      this.#parts.ledger.doubt(sent)
      for (const path of pathsOf(sent)) {
        this.outbox.disturb(path) // also what is on its way there just now
        this.outbox.touch(path, 'tree', this.#o.clock.monotonic())
      }
    }
    const again = (): void => {
      if (!this.#isOver) this.#unsettled.add(doubt)
      this.#o.wake()
    }
    late?.then(again, again)
  }

  /** All is sent: the first pass is over, and the next start need not compare everything. */
  #rest(isEnd: boolean): void {
    this.life.change('synced')
    if (this.health.failures > 0) this.health.recover() // what failed is gone with its paths
    if (!this.#parts.record.dirty || this.outbox.held > 0 || this.#hasWithheld || !this.#o.source().isQuiet) return
    if (!isEnd && !this.#o.source().isSettled) return // one write for many changes
    this.#o.store.transaction(() => this.#parts.rest())
  }
}
