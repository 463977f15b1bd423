import type { Hooks, SyncEvent } from '../hooks.ts'
import type { Log } from '../handler.ts'
import { handlerWith } from '../load/capabilities.ts'
import type { Clock, Timer } from '../model/clock.ts'
import { ROOT_DIR } from '../model/entry.ts'
import type { FileSystem } from '../model/file-system.ts'
import { fromText, toText } from '../model/path.ts'
import type { Task } from '../model/task.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { State } from '../observe/status.ts'
import { isDamage } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { createGuard } from './guard.ts'
import { createHandlerContext } from './handler-context.ts'
import { type ChosenMonitor, choose, startMonitor } from './monitoring.ts'
import { damagedNotice } from './notices.ts'
import { closeState, failedStart, type OpenedState } from './opened-state.ts'
import { closeSession } from './opening.ts'
import { Source } from './source.ts'
import { Target } from './target.ts'
import { Waiting } from './waiting.ts'
import { worstState } from './worst-state.ts'

export interface RunOptions {
  readonly task: Task
  readonly log: Log
  readonly clock: Clock
  readonly fs: FileSystem
  readonly random: () => number
  readonly hooks: Hooks
  readonly open: () => OpenedState
  /** The state is damaged: called once, to give this run up and begin another. */
  damaged(error: unknown): void
  /** Whether it begins paused. */
  readonly isPaused: boolean
  readonly monitor: Monitor | undefined
}

/** The parts of a running task, and the loop that turns them: look, compare, send, sleep. */
export class Run {
  readonly source: Source
  readonly targets: readonly Target[]
  readonly monitor: ChosenMonitor
  readonly #o: RunOptions
  readonly #store: Store
  #timer: Timer | undefined
  #timerAt = Infinity
  #isAwake = false
  #isClosed = false
  #isDraining = false
  #isAborted = false
  #isBroken = false
  #wasIdle = false
  /** How many wait for everything to be sent. */
  #hurrying = 0
  readonly #waiting = new Waiting()

  private constructor(options: RunOptions, store: Store, monitor: ChosenMonitor) {
    const { task, clock, fs, log, hooks, random } = options
    this.#o = options
    this.#store = store
    this.monitor = monitor
    const wake = (): void => this.wake()
    const damaged = (error: unknown): boolean => this.#takeDamage(error)
    this.targets = task.targets.map(
      (spec) =>
        new Target({
          spec: { ...spec, handler: handlerWith(spec.handler, spec.options) },
          ...{ task, store, clock, random, hooks, log, wake },
          source: () => this.source,
          context: (target) => createHandlerContext({ ...task, target: spec.name, log, ...target }),
          stateChanged: (from, to) => hooks.stateChanged.call({ target: spec.name, from, to }),
          damaged,
        }),
    )
    const root = fromText(task.source)
    const record = (text: string): void => store.transaction(() => store.writeText('root', text))
    const guard = createGuard({ fs, root, seen: store.seen, recorded: store.readText('root'), record, accept: task.accept })
    this.source = new Source({
      ...{ task, root, fs, clock, log, monitor: monitor.monitor, store, guard },
      touch: (path, scope) => {
        if (hooks.hint.isUsed() && hooks.hint.call({ path: toText(path) }) === false) return
        for (const target of this.targets) target.touch(path, scope)
      },
      isHeld: (path) => this.targets.every((target) => target.holds(path)),
      disturbed: (path) => {
        for (const target of this.targets) target.outbox.disturb(path)
      },
      haltChanged: (halt) =>
        hooks.stateChanged.call(halt === undefined ? { from: 'halted', to: 'running' } : { from: 'running', to: 'halted' }),
      damaged,
    })
    if (options.isPaused) this.pause()
  }

  static async open(options: RunOptions): Promise<Run> {
    const { store, damaged } = options.open()
    let started: Monitor | undefined
    try {
      if (damaged !== undefined) options.log.warn(damagedNotice(damaged))
      const chosen = options.monitor === undefined ? await choose(options) : { monitor: options.monitor, why: 'as given' }
      const holder: { run?: Run } = {}
      await startMonitor(options, chosen.monitor, () => holder.run)
      started = chosen.monitor
      holder.run = new Run(options, store, chosen)
      holder.run.wake()
      return holder.run
    } catch (error) {
      await started?.stop() // what it waits for would keep the process from its end
      throw failedStart(store, options, error)
    }
  }

  get state(): State {
    if (this.source.halt !== undefined && !this.#isDraining) return 'halted'
    return worstState(this.targets.map((target) => target.state))
  }

  get entries(): number {
    return this.#store.seen.entries
  }

  /** The first scan and sync are over, or a person has to act. */
  ready(): Promise<void> {
    return this.#until(() => this.source.halt !== undefined || (this.source.scanned && this.#isIdle))
  }

  /** `look`: where the monitor may be late, or lacks watches, everything is looked at before. */
  async idle(look = false): Promise<void> {
    if (look && this.source.patrol.mayMiss) this.source.hint({ type: 'tree', dir: ROOT_DIR })
    for (const target of this.targets) target.flush()
    this.#hurrying++
    await this.#until(() => this.#isIdle)
    this.#hurrying--
  }

  pause(): void {
    for (const target of this.targets) target.life.change('pause')
  }

  resume(): void {
    for (const target of this.targets) target.life.change('resume')
    this.wake()
  }

  abort(): void {
    this.#isAborted = true
    for (const target of this.targets) target.abort()
    this.wake()
  }

  /** Sends what waits, gives back everything. */
  async close(): Promise<void> {
    this.#isDraining = true
    for (const target of this.targets) {
      target.life.change('stop')
      target.flush()
    }
    const inFlight = (): boolean => this.targets.some((target) => target.inFlight > 0)
    const isDrained = (): boolean => this.source.isQuiet && this.targets.every((target) => target.isDrained)
    await this.#until(() => (this.#isAborted || this.source.halt !== undefined ? !inFlight() : isDrained()))
    if (this.#isBroken) return // given up
    this.#isClosed = true
    this.#timer?.cancel()
    await this.monitor.monitor.stop()
    await Promise.all(this.targets.map((target) => target.close()))
    closeState(this.#store, this.#o.log)
  }

  /** The handler's part of a batch. */
  async sync({ target: name, batch, signal }: SyncEvent): Promise<SyncEvent['result']> {
    const target = this.targets.find(({ info }) => info.target === name)
    return (await target?.session?.sync(batch, signal)) ?? undefined
  }

  /** The state is damaged: writes nothing down any more, and gives back everything. */
  async giveUp(): Promise<void> {
    for (const target of this.targets) target.abort()
    await this.#until(() => this.targets.every((target) => target.inFlight === 0))
    this.#isClosed = true
    this.#timer?.cancel()
    await this.monitor.monitor.stop()
    await Promise.all(this.targets.map((target) => closeSession(target.session, this.#o.clock).catch(() => undefined)))
    this.#store.abandon()
    this.#waiting.releaseAll() // who waits goes on with the next run
  }

  fail(): void {
    for (const target of this.targets) target.life.change('fail')
  }

  #takeDamage(error: unknown): boolean {
    if (!isDamage(error)) return false
    if (!this.#isBroken) this.#o.damaged(error)
    this.#isBroken = true
    return true
  }

  /** Turns the loop once, soon. Called whenever something may have changed. */
  wake(): void {
    if (this.#isAwake || this.#isClosed) return
    this.#isAwake = true
    this.#timer?.cancel()
    this.#timerAt = Infinity
    this.#o.clock.after(0, () => this.#turn())
  }

  #turn(): void {
    if (this.#isClosed) return
    const more = !this.#isBroken && this.source.work()
    this.#isAwake = false
    const isHurried = this.#isDraining || this.#hurrying > 0
    if (this.source.halt === undefined && !this.#isBroken) for (const target of this.targets) target.advance(isHurried)
    this.#resolveWaiting()
    if (more) this.wake()
    else this.#sleep()
  }

  #sleep(): void {
    if (this.#isAwake || this.#isClosed || this.#isBroken) return
    let next = this.source.nextAt() ?? Infinity
    if (this.source.isReady) for (const target of this.targets) next = Math.min(next, target.nextAt() ?? Infinity)
    if (next === this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = next
    if (next === Infinity) return
    this.#timer = this.#o.clock.after(Math.max(0, next - this.#o.clock.monotonic()), () => {
      this.#timerAt = Infinity
      this.wake()
    })
  }

  get #isIdle(): boolean {
    return this.source.isQuiet && (this.source.halt !== undefined || this.targets.every((target) => target.isIdle))
  }

  #until(isDone: () => boolean): Promise<void> {
    this.wake()
    return this.#waiting.until(isDone)
  }

  #resolveWaiting(): void {
    const isIdle = this.#isIdle
    if (isIdle && !this.#wasIdle && this.source.halt === undefined) this.#o.hooks.drained.call()
    this.#wasIdle = isIdle
    this.#waiting.release()
  }
}
