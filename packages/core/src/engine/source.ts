import type { Log } from '../handler.ts'
import type { Clock } from '../model/clock.ts'
import type { Scope } from '../model/difference.ts'
import { ROOT_DIR } from '../model/entry.ts'
import type { FileSystem } from '../model/file-system.ts'
import type { Hint } from '../model/hint.ts'
import { joinPath, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { Task } from '../model/task.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Halt } from '../observe/status.ts'
import type { Store } from '../store/store.ts'
import { RACY_MS } from '../tree/context.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import { type Guard, RootHalt } from './guard.ts'
import { Horizon } from './horizon.ts'
import { Halting, stateHalt } from './halting.ts'
import { earliest, isDue, Patrol } from './patrol.ts'
import { relativeDevices } from './relative-devices.ts'
import { createSecondLook, type SecondLook } from './second-look.ts'

export interface SourceOptions {
  readonly task: Task
  readonly root: RawPath
  readonly fs: FileSystem
  readonly clock: Clock
  readonly log: Log
  readonly monitor: Monitor
  readonly store: Store
  readonly guard: Guard
  touch(path: RawPath, scope: Scope): void
  /** Whether every target holds something at `path`. */
  isHeld(path: RawPath): boolean
  /** Something happened at or to `path`: what is being copied from there, or from below, may not be what was seen. */
  disturbed(path: RawPath): void
  haltChanged(halt: Halt | undefined): void
  /** Whether the error says that the state is damaged; the task begins anew then. */
  damaged(error: unknown): boolean
}

/** How long one slice may keep the event loop, and how long hints may gather before a look. */
const SLICE_MS = 12
const GATHER_MS = 5
/** A small file is written and closed well within this time. */
const WRITER_MS = 1
/** A scrub works a tenth of the time at most. */
const REST_MS = 10 * SLICE_MS

/** The watched side of a task: takes the monitor's hints, keeps the seen state true, tells what was touched. */
export class Source {
  /** Whether the first scan is over. */
  scanned = false
  readonly secondLook: SecondLook
  readonly patrol: Patrol
  readonly #o: SourceOptions
  readonly halting: Halting
  readonly #fs: FileSystem
  readonly #horizon: Horizon
  #tree: Tree
  #firstHintAt: number | undefined
  /** A scrub rests between its slices. */
  #isScrub = false
  #nextSliceAt: number | undefined
  /** The scan in progress covers everything. */
  #isFull = false

  constructor(options: SourceOptions) {
    this.#o = options
    const { clock, task, fs, root, guard } = options
    this.halting = new Halting(options.guard, (halt) => options.haltChanged(halt))
    this.patrol = new Patrol({ ...task, clock, monitor: options.monitor, mounts: () => fs.mounts?.(root) })
    this.#horizon = new Horizon({ ...options, patrol: this.patrol })
    this.#fs = relativeDevices(fs, () => guard.device)
    this.#tree = this.#rebuild()
    const { patrol } = this
    this.secondLook = createSecondLook({ ...options, patrol, fs: this.#fs, tree: () => this.#tree })
  }

  /** Set while nothing may be sent. */
  get halt(): Halt | undefined {
    return this.halting.halt
  }

  get tree(): Tree {
    return this.#tree
  }

  /** Whether nothing has happened for a while. */
  get isSettled(): boolean {
    return this.#horizon.settleAt === undefined
  }

  /** Whether what is known may be sent: all was read, nothing is wrong, and nothing was told that was not looked at. */
  get isReady(): boolean {
    return this.scanned && this.halt === undefined && this.#firstHintAt === undefined
  }

  /** Whether everything known was looked at. */
  get isQuiet(): boolean {
    return this.halting.isStopped || (this.scanned && !this.#tree.hasHints && this.#tree.scanning === 0)
  }

  hint(hint: Hint): void {
    if (hint.type === 'root') {
      this.halting.checkAt = -Infinity
      this.#o.disturbed(ROOT_PATH)
      // What was looked for meanwhile was looked for in vain, also when it is back by the time that it is checked.
      hint = { type: 'tree', dir: ROOT_DIR }
    }
    if (hint.type === 'entry' || hint.type === 'directory') {
      const dir = this.#tree.directories.pathOf(hint.dir)
      if (dir !== undefined) this.#o.disturbed(hint.type === 'entry' ? joinPath(dir, hint.name) : dir)
    }
    // It is looked at before the scan in progress can end, which covers everything then.
    if ((hint.type === 'tree' || hint.type === 'lost') && hint.dir === ROOT_DIR) this.#isFull = true
    this.#tree.hint(hint)
    this.#firstHintAt ??= this.#o.clock.monotonic()
  }

  /** Takes in every hint that the monitor has by now. */
  drain(): void {
    if (!this.halting.isStopped) this.#o.monitor.drain()
  }

  /** When to work again although nothing happens. Monotonic. */
  nextAt(): number | undefined {
    if (this.halting.isStopped) return this.halting.checkAt
    const gathered = this.#firstHintAt === undefined ? undefined : this.#firstHintAt + this.#gatherMs
    return earliest([this.halting.checkAt, gathered, this.#horizon.settleAt, this.patrol.nextAt, this.#nextSliceAt])
  }

  /** Looks and scans for one slice; returns whether more is left to do at once. */
  work(): boolean {
    try {
      return this.#work()
    } catch (error) {
      this.#recover(error)
      return false
    }
  }

  #work(): boolean {
    const now = this.#o.clock.monotonic()
    const wall = this.#o.clock.now()
    this.drain()
    if (this.halting.check(now)) this.#restart()
    if (this.halting.isStopped) return false
    if (this.#horizon.follow(wall)) this.hint({ type: 'lost', dir: ROOT_DIR, why: 'clock' })
    this.patrol.visit(this.#tree, now)
    this.#scrub(now)
    const gathering = this.#firstHintAt !== undefined && now < this.#firstHintAt + this.#gatherMs
    const resting = this.#nextSliceAt !== undefined && now < this.#nextSliceAt
    if ((this.#tree.scanning === 0 || resting) && (!this.#tree.hasHints || gathering)) {
      if (isDue(this.#horizon.settleAt, now)) this.#horizon.settle(wall)
      return false
    }
    const more = this.#slice(now, wall)
    const then = this.#o.clock.monotonic()
    if (then < now + 2 * SLICE_MS) return more
    // While many were looked at, what belongs to them may have come, such as the end of their directory.
    this.drain()
    return this.#tree.hasHints ? this.#slice(then, wall) : more
  }

  /**
   * With a collect window there is no haste to look: a busy file is looked at once for many writes. Without one, a file that is
   * being written is given a moment, as a look now would have to be followed by another.
   */
  get #gatherMs(): number {
    const { delayMs } = this.#o.task.schedule
    return delayMs > 0 ? Math.min(GATHER_MS, delayMs / 2) : this.#tree.awaitsWriters ? WRITER_MS : 0
  }

  #slice(now: number, wall: number): boolean {
    const { store, clock } = this.#o
    this.#firstHintAt = undefined
    this.#horizon.begin(wall)
    const end = now + SLICE_MS
    const done = store.transaction(() => {
      this.#tree.look()
      const finished = this.#tree.scan(() => clock.monotonic() >= end)
      if (finished) this.#horizon.move(this.#isFull)
      return finished
    })
    this.#nextSliceAt = !done && this.#isScrub ? clock.monotonic() + REST_MS : undefined
    if (done) this.#finish()
    return done ? this.#tree.hasHints : !this.#isScrub
  }

  #finish(): void {
    this.#isScrub = false
    if (this.#isFull) this.#o.guard.scanned()
    this.#isFull = false
    this.scanned = true
    if (!this.#tree.hasHints) this.patrol.looked()
    this.#horizon.looked()
    this.halting.end()
  }

  #scrub(now: number): void {
    if (!this.patrol.isScrubDue(now) || !this.scanned || this.#tree.scanning > 0) return
    this.#isScrub = true
    this.#isFull = true
    // Without a promise of no loss, what was written since the last scan began may hide in the clock's tick.
    const { monitor, store } = this.#o
    this.#tree.scanAll(monitor.guarantee === 'no-loss' ? Infinity : store.counters.horizonMs - RACY_MS, false)
  }

  /** What was wrong is over; whether it is still empty, or a mount still away, the scan finds out again. */
  #restart(): void {
    this.#tree = this.#rebuild(this.#tree)
    this.halting.isStopped = false
  }

  /** In memory the tree is ahead of what was rolled back: it is read anew and everything is scanned. */
  #recover(error: unknown): void {
    const now = this.#o.clock.monotonic()
    this.#horizon.giveUp()
    if (error instanceof RootHalt) this.halting.stop(error.halt, now)
    else if (!this.#o.damaged(error)) {
      if (this.halting.stop(stateHalt(error), now)) this.#o.log.warn(`${this.halt!.message} Trying again.`)
    }
  }

  /** `before`: the tree whose place it takes. */
  #rebuild(before?: Tree): Tree {
    const { task, store, root, monitor, guard } = this.#o
    const owed = [...this.patrol.forget(), ...(before?.owed() ?? [])]
    const tree = store.transaction(() =>
      createTree({
        ...{ table: store.seen, counters: store.counters, fs: this.#fs, root },
        ...{ rules: task.rules, mounts: task.mounts, signature: task.signature },
        noLoss: monitor.guarantee === 'no-loss',
        isAhead: (timeMs) => this.#horizon.isAhead(timeMs),
        arm: (dir, path) => monitor.arm(dir, path),
        disarm: (dir) => monitor.disarm(dir),
        touch: (path, scope) => this.#o.touch(path, scope),
        isHeld: (path) => this.#o.isHeld(path),
        ...this.patrol.reports,
        guard: (path) => guard.beforeVanish(path),
      }),
    )
    tree.scanAll(store.counters.horizonMs - RACY_MS, true)
    for (const hint of owed) tree.hint(hint)
    this.#isFull = true
    return tree
  }
}
