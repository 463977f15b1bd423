import type { Assembly } from '../batch/assemble.ts'
import { toBatch } from '../batch/change.ts'
import type { Step } from '../batch/step.ts'
import type { HandlerContext, Log, Session } from '../handler.ts'
import type { Hooks, TargetInfo } from '../hooks.ts'
import type { Clock } from '../model/clock.ts'
import type { Scope } from '../model/difference.ts'
import { type RawPath, ROOT_PATH, toText } from '../model/path.ts'
import { isRefusal } from '../model/refusal.ts'
import type { TargetSpec, Task } from '../model/task.ts'
import type { Halt, State, Totals } from '../observe/status.ts'
import { createSchedule, type Item, type Schedule } from '../schedule/schedule.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import { type AckedTree, createAckedTree } from '../tree/acked-tree.ts'
import { type Comparison, createComparison } from './comparison.ts'
import { createDeleteLimit } from './delete-limit.ts'
import { deliver, type Delivery } from './delivery.ts'
import { meetTarget } from './first-contact.ts'
import { createFlight, type Flight } from './flight.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { type Input, nextState } from './machine.ts'
import { settleDelivery } from './settlement.ts'
import { reasonOf } from './problems.ts'
import { createRetries, freshItem, type Retries } from './retries.ts'
import type { Source } from './source.ts'

export interface TargetOptions {
  readonly task: Task
  readonly spec: TargetSpec
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly hooks: Hooks
  readonly log: Log
  readonly source: () => Source
  readonly context: (progress: (bytes: number) => void) => HandlerContext
  /** Something may be possible now that was not before. */
  readonly wake: () => void
  readonly stateChanged: (from: State, to: State) => void
}

/** A path is settled, for those who wait for idleness, when it has failed this often. */
const SETTLED_ATTEMPTS = 3

/** One target: what is due for it, what is on its way, what came of it. Independent of all others. */
export class Target {
  readonly info: TargetInfo
  readonly held = new Set<RawPath>()
  readonly totals: { -readonly [Key in keyof Totals]: Totals[Key] } = { batches: 0, changes: 0, bytes: 0 }
  readonly retries: Retries
  state: State = 'starting'
  halt: Halt | undefined
  kept = 0
  inFlight = 0
  session: Session | undefined
  readonly #o: TargetOptions
  readonly #record: TargetRecord
  readonly #acked: AckedTree
  readonly #ledger: Ledger
  readonly #schedule: Schedule
  readonly #flight: Flight = createFlight()
  readonly #comparison: Comparison
  readonly #cancel = new AbortController()
  /** Items that wait for a batch in flight to come back. */
  #parked: Item[] = []
  #isSettingUp = false
  #isFlushing = false
  #hasWithheld = false
  readonly #unsettled: { readonly delivery: Delivery; readonly again: readonly Item[] }[] = []
  #failures = 0
  #retryAt: number | undefined
  #earliestStart = -Infinity

  constructor(options: TargetOptions) {
    const { task, spec, store, clock, random } = options
    this.#o = options
    this.info = { target: spec.name, handler: spec.handler.name }
    this.retries = createRetries(task.retry, random, () => clock.now())
    this.#record = store.target(spec.name, identityOf(spec))
    this.#acked = createAckedTree(this.#record.acked)
    this.#ledger = createLedger(store, this.#record, this.#acked)
    this.#schedule = createSchedule({ delayMs: task.schedule.delayMs, hurryMs: task.retry.minMs })
    this.#comparison = createComparison({
      seen: store.seen,
      directories: () => options.source().tree.directories,
      acked: this.#acked,
      capabilities: spec.handler.capabilities,
      schedule: task.schedule,
      clock,
      flight: this.#flight,
      deleteLimit: createDeleteLimit(task.maxDelete, task.accept),
      problems: this.retries.problems,
    })
    for (const path of this.#ledger.recover()) this.#schedule.touch(path, 'tree', clock.monotonic())
    if (this.#record.dirty) this.#schedule.touch(ROOT_PATH, 'tree', clock.monotonic())
  }

  /** Within the transaction that changes the seen state. */
  touch(path: RawPath, scope: Scope): void {
    this.#record.dirty = true
    this.#schedule.touch(path, scope, this.#o.clock.monotonic())
  }

  get pending(): number {
    return this.#schedule.size + this.#parked.length + this.inFlight
  }

  /** Nothing is left but what has failed several times, is held, or needs a person. */
  get isIdle(): boolean {
    if (this.inFlight > 0) return false
    if (this.state === 'halted' || this.#isOver) return true
    if (this.session === undefined || !this.#record.met) return this.#failures >= SETTLED_ATTEMPTS
    return this.#parked.length === 0 && this.#schedule.unsettled(SETTLED_ATTEMPTS) === 0
  }

  /** Nothing is left that was not tried. */
  get isDrained(): boolean {
    return this.isIdle || (this.inFlight === 0 && (this.#failures > 0 || this.#schedule.unsettled(1) === 0))
  }

  /** Sends what is due, as far as slots are free. Called whenever something may have changed. */
  advance(): void {
    const now = this.#o.clock.monotonic()
    if (this.#retryAt !== undefined) {
      if (this.#retryAt > now) return
      this.#retryAt = undefined
      this.change('recovered')
    }
    if (!this.#settleAll() || !this.#isReady()) return
    const { parallel } = this.#o.spec.handler.capabilities
    while (this.inFlight < parallel && now >= this.#earliestStart) {
      const items = this.#schedule.take(now, this.#maxChanges)
      if (items.length === 0) break
      this.#send(this.#comparison.compare(items, this.#maxChanges, !this.#isFlushing), now)
    }
    if (this.pending === 0) this.#rest()
  }

  /** Monotonic; when {@link advance} may find something to do. */
  nextAt(): number | undefined {
    if (this.state === 'halted' || this.state === 'paused' || this.#isOver || this.#isSettingUp) return undefined
    if (this.#retryAt !== undefined) return this.#retryAt
    if (this.session === undefined || this.inFlight >= this.#o.spec.handler.capabilities.parallel) return undefined
    const at = this.#schedule.nextAt()
    return at === undefined ? undefined : Math.max(at, this.#earliestStart)
  }

  /** Windows and waits for single files are over, for good; only retries still wait. */
  flush(): void {
    this.#isFlushing = true
    this.#schedule.flush(this.#o.clock.monotonic())
  }

  /** Gives up what is in flight. */
  abort(): void {
    this.#cancel.abort(new Error('clsync is stopping.'))
  }

  async close(): Promise<void> {
    try {
      await this.session?.close?.()
    } catch (error) {
      this.#o.log.warn(`Closing the target failed: ${reasonOf(error)}.`)
    }
    this.change('stopped')
  }

  change(input: Input): void {
    const from = this.state
    this.state = nextState(from, input)
    if (this.state !== from) this.#o.stateChanged(from, this.state)
  }

  get #isOver(): boolean {
    return this.state === 'stopped' || this.state === 'failed'
  }

  get #maxChanges(): number {
    // A batch that fails as a whole is cut down, so that one bad path cannot keep the others from the target.
    return Math.max(1, Math.floor(this.#o.spec.handler.capabilities.maxChanges / 4 ** Math.max(0, this.#failures - 1)))
  }

  #isReady(): boolean {
    const source = this.#o.source()
    if (source.halt !== undefined || !source.scanned || this.#isSettingUp) return false
    if (this.state === 'halted' || this.state === 'paused' || this.#isOver) return false
    if (this.session !== undefined && this.#record.met) {
      this.change('started')
      return true
    }
    this.#isSettingUp = true
    void this.#setUp()
    return false
  }

  async #setUp(): Promise<void> {
    const { spec, context, store, source, task, log, clock } = this.#o
    try {
      this.session ??= await spec.handler.setup(spec.options, context((bytes) => (this.totals.bytes += bytes)))
      if (!this.#record.met) {
        const isDeleted = task.extraneous === 'delete'
        const states = { store, record: this.#record, acked: this.#acked, seen: store.seen, directories: source().tree.directories }
        const count = await meetTarget({ session: this.session, signal: this.#cancel.signal, ...states, isDeleted })
        if (count > 0) log.warn(extraneousNotice(count, isDeleted))
        this.kept = isDeleted ? 0 : count
        this.#schedule.touch(ROOT_PATH, 'tree', clock.monotonic())
        if (this.#isFlushing) this.#schedule.flush(clock.monotonic())
      }
      this.#recover()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isSettingUp = false
      this.#o.wake()
    }
  }

  #send(assembly: Assembly<Item>, now: number): void {
    const { again, rest, waiting, held, busy } = assembly
    const steps = this.#withoutDeletes(assembly.steps)
    for (const item of rest) this.#schedule.resume(item)
    for (const { path, item, at } of waiting) this.#schedule.postpone({ ...item, path, scope: 'entry', after: undefined }, at)
    for (const path of busy) this.#parked.push(freshItem(path, now))
    this.#hold(held)
    if (steps.length === 0) {
      this.#parked.push(...again)
      if (this.inFlight === 0) this.#unpark()
      return
    }
    const paths = steps.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]))
    this.#flight.add(paths)
    this.inFlight++
    this.#earliestStart = now + this.#o.task.schedule.minIntervalMs
    const attempt = 1 + steps.reduce((most, { path }) => Math.max(most, this.retries.attemptsOf(path)), 0)
    const batch = toBatch(this.info.target, steps, this.state === 'initial' ? 'initial' : 'change', attempt)
    const { hooks, clock, task } = this.#o
    const parts = { batch, steps, info: this.info, hooks, clock, timeoutMs: task.timeoutMs, cancel: this.#cancel.signal }
    void deliver({ ...parts, begin: (sent) => this.#ledger.begin(batch.id, sent) }).then((delivery) => {
      this.inFlight--
      this.#flight.delete(paths)
      this.#unsettled.push({ delivery, again })
      this.#settleAll()
      this.#unpark()
      this.#o.wake()
    })
  }

  /** When the state cannot be written now, what came back waits until it can. */
  #settleAll(): boolean {
    try {
      for (let next = this.#unsettled[0]; next !== undefined; next = this.#unsettled[0]) {
        this.#settle(next.delivery, next.again)
        this.#unsettled.shift()
      }
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  #settle(delivery: Delivery, again: readonly Item[]): void {
    const { ledger, schedule, retries } = { ledger: this.#ledger, schedule: this.#schedule, retries: this.retries }
    const now = this.#o.clock.monotonic()
    settleDelivery({ delivery, again, ledger, schedule, retries, now, failed: (event) => this.#o.hooks.failed.call({ ...this.info, ...event }) })
    if (delivery.withheld > 0) this.#hasWithheld = true
    if (delivery.late !== undefined) this.#awaitLate(delivery)
    if (delivery.error !== undefined) return this.#fail(delivery.error)
    this.#recover()
    const { batch, sent, failed, durationMs, bytes } = delivery
    const count = sent.length - failed.size
    this.totals.batches++
    this.totals.changes += count
    this.#o.source().lookAgain(sent.filter((step) => step.seen?.kind === 'file').map((step) => step.path))
    if (count > 0) this.#o.hooks.synced.call({ ...this.info, batch, count, durationMs, bytes })
  }

  /** What a handler cannot delete is forgotten: it stays at the target. */
  #withoutDeletes(steps: readonly Step[]): readonly Step[] {
    if (this.#o.spec.handler.capabilities.deletes) return steps
    this.#ledger.settle('', steps.filter((step) => step.type === 'delete'), () => false)
    return steps.filter((step) => step.type !== 'delete')
  }

  #hold(paths: readonly RawPath[]): void {
    if (paths.length === 0) return
    for (const path of paths) this.held.add(path)
    this.#o.log.warn(
      `${this.info.target}: ${this.held.size} deletions (the first: ${toText(paths[0]!)}) are held, as they would take too much of what the target holds. Everything else goes on. Start again with --accept to release them.`,
    )
  }

  #unpark(): void {
    const parked = this.#parked
    this.#parked = []
    for (const item of parked) this.#schedule.resume(item)
  }

  #recover(): void {
    this.#failures = 0
    this.retries.problems.solve('')
    this.change('recovered')
  }

  /** The target as a whole cannot be served now, or not before a person acts. */
  #fail(error: unknown): void {
    this.retries.problems.add('', error)
    if (isRefusal(error)) {
      this.halt = { code: error.code, message: error.message, fix: error.fix }
      return this.change('halt')
    }
    this.#failures++
    this.#retryAt = this.#o.clock.monotonic() + this.retries.waitMs(this.#failures)
    this.change('failing')
  }

  /** A handler that was given up and comes back late may have written something old: its paths are sent once more. */
  #awaitLate({ late, sent }: Delivery): void {
    const again = (): void => {
      if (this.#isOver) return
      this.#ledger.doubt(sent)
      for (const { path, from } of sent) {
        this.#schedule.touch(path, 'tree', this.#o.clock.monotonic())
        if (from !== undefined) this.#schedule.touch(from, 'tree', this.#o.clock.monotonic())
      }
      this.#o.wake()
    }
    late?.then(again, again)
  }

  /** All is sent: the first pass is over, and the next start need not compare everything. */
  #rest(): void {
    this.change('synced')
    const isClean = this.held.size === 0 && !this.#hasWithheld
    if (isClean && this.#record.dirty && this.#o.source().isQuiet) {
      this.#o.store.transaction(() => (this.#record.dirty = false))
    }
  }
}

/** What is known of a target belongs to where it is: the same name with another destination is another target. */
function identityOf({ handler, options }: TargetSpec): string {
  return `${handler.name}:${handler.identity?.(options) ?? JSON.stringify(options)}`
}

function extraneousNotice(count: number, isDeleted: boolean): string {
  return isDeleted
    ? `The target holds ${count} entries that the source lacks; they are deleted, as asked for.`
    : `The target holds ${count} entries that the source lacks. They are kept (--extraneous delete removes them).`
}
