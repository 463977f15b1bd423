import { DatabaseSync } from 'node:sqlite'
import type { Rules, Task } from '../../../src/model/task.ts'
import { parentOf, type RawPath } from '../../../src/model/path.ts'
import { migrate } from '../../../src/store/schema.ts'
import { Disk, ROOT } from './disk.ts'
import { Faults } from './faults.ts'
import type { Held } from './holding.ts'
import type { History } from './history.ts'
import { Invariants } from './invariants.ts'
import { Life } from './life.ts'
import { isFileOperation, type Operation, operate, OUTSIDE, walk } from './operations.ts'
import { type Process, startProcess } from './process.ts'
import { createRandom, type Random } from './random.ts'
import { simulatedRules } from './rules.ts'
import { drawSchedule } from './setting.ts'
import { Target } from './target.ts'
import { Timeline } from './timeline.ts'
import { WallClock } from './wall-clock.ts'

/** A disk, targets, and one process after the other that keeps them equal. */
export class World {
  readonly timeline = new Timeline()
  readonly wall = new WallClock(this.timeline)
  readonly history: History
  readonly disk: Disk
  readonly faults: Faults
  readonly targets: readonly Target[]
  readonly db = new DatabaseSync(':memory:')
  readonly story: string[] = []
  /** The first invariant that broke. */
  broken: string | undefined
  process: Process | undefined
  rules: Rules = simulatedRules(undefined)
  /** Deletions are not asked about from now on: somebody has accepted what there is. */
  isAccepted = false
  /** All operations are over. */
  isQuiet = false
  /** Something has happened that no kernel tells. */
  hasUnseen = false
  /** Only a look at everything finds it. */
  needsLook = false
  readonly random: Random
  readonly invariants = new Invariants(this)
  #schedule: Task['schedule']
  #isStopping = false
  #isStateLost = false

  constructor(history: History) {
    const { seed, setting } = history
    this.history = history
    this.#schedule = setting.task.schedule
    this.random = createRandom(seed).fork('world')
    const { tickMs, reusesInodes, hasBirth } = setting
    this.disk = new Disk({ type: 0xef53, tickMs, reusesInodes, hasBirth, wallMs: () => this.wall.now })
    this.disk.mkdir(OUTSIDE)
    this.faults = new Faults(setting.faults, this.random.fork('faults'))
    this.faults.onFault = (what) => this.say(`    ${what}`)
    this.targets = setting.targets.map((target, index) => this.#target(`t${index + 1}`, target))
    this.disk.create(`${ROOT}/keep`, 'file', { sizeBytes: 5 })
    migrate(this.db)
    // What was written through a name that is gone before it was looked at: nobody can tell whose bytes those were.
    this.disk.isSeen = (directory) => this.invariants.seenInodes.has(directory)
    this.disk.isHidden = (path) => !path.startsWith(`${ROOT}/`) || !this.#isWanted(path.slice(ROOT.length + 1))
    this.disk.onHidden = () => (this.needsLook = true)
    this.disk.onStray = (inode) => {
      this.needsLook = true
      // Within one tick not even the next comparison could tell: it is played as if that had passed.
      inode.mtimeMs += tickMs
    }
    this.disk.onUnlink = (path, inode) => void (this.#isSeen(path) || this.disk.onStray(inode))
  }

  say(line: string): void {
    this.story.push(`${this.timeline.now.toFixed(3).padStart(10)} ${line}`)
  }

  break(what: string): void {
    if (this.broken === undefined) this.say(`BROKEN: ${what}`)
    this.broken ??= what
  }

  start(accept = false): void {
    if (this.process?.life.isAlive === true) return
    const { timeline, random, disk, db, faults, history } = this
    this.#isStopping = false
    if (this.#isStateLost) this.#loseState()
    if (accept) this.isAccepted = true
    const life = new Life(timeline, random.fork(`life${timeline.now}`), history.setting.callMs)
    if (random.chance(0.15)) this.#schedule = drawSchedule(random.fork(`profile${timeline.now}`))
    if (random.chance(0.15)) this.rules = simulatedRules(random.pick([undefined, undefined, 'x', 'c']))
    this.say(`start${accept ? ' with accept' : ''}${this.rules.fingerprint === '' ? '' : ` excluding ${this.rules.fingerprint}`}`)
    const say = (line: string): void => this.say(`  ${line}`)
    this.process = startProcess({
      task: this.#task(life, accept),
      setting: history.setting,
      disk,
      db,
      life,
      faults,
      wallMs: () => this.wall.now,
      committed: () => this.onCommitted(),
      noteSeen: (entry) => this.invariants.noteSeen(entry),
      say,
      failed: () => this.#fail(life),
    })
    this.process.engine.hooks.drained.tap('simulation', () => this.onDrained())
  }

  /** Replaced by who looks at the invariants. */
  onDrained: () => void = () => {}
  onCommitted: () => void = () => this.invariants.checkStep()

  operate(operation: Operation): void {
    const { process } = this
    const { type } = operation
    if (isFileOperation(type)) {
      // What is mounted and unmounted again while a handler reads is known to nobody.
      if (MOUNTS.has(type) && this.isCopying) return
      if (UNSEEN.has(type)) this.hasUnseen = true
      this.say(operate(this.disk, type, operation))
      this.hasUnseen ||= this.needsLook
      return
    }
    switch (type) {
      case 'crash':
        this.#die()
        return this.#startSoon(operation.a)
      case 'crash-at-commit':
        process?.life.dieAtCommit((['before', 'inside', 'after'] as const)[operation.a % 3]!, operation.b % 6)
        return
      case 'crash-at-call':
        process?.life.dieAtCall(operation.a % 200)
        return
      case 'lose-state':
        this.#die()
        this.#isStateLost = true
        return this.#startSoon(operation.a)
      case 'clock': {
        const ms = HOUR_MS * (operation.a % 2 === 0 ? -1 : 1) * (1 + (operation.b % 30))
        this.say(`the clock is set by ${ms / HOUR_MS} hours`)
        return this.wall.shift(ms)
      }
      case 'stop':
        return this.#stop(operation)
      case 'pause':
      case 'resume':
        this.say(type)
        return process?.engine[type]()
      case 'idle':
        void process?.engine.idle()
    }
  }

  get isCopying(): boolean {
    return this.targets.some((target) => target.isBusy)
  }

  #die(): void {
    if (this.process?.life.isAlive !== true) return
    this.say('crash')
    this.process.life.die()
  }

  #stop({ a, b }: Operation): void {
    const { process } = this
    if (process === undefined || this.#isStopping) return
    this.#isStopping = true
    this.say('stop')
    process.engine.stop({ abort: b % 3 === 0 }).then(
      () => {
        if (!process.life.isAlive) return
        this.say('stopped')
        process.life.isAlive = false
      },
      (error: unknown) => process.life.isAlive && process.errors.push(error),
    )
    this.#startSoon(a + 20_000)
  }

  /** Somebody deletes the state directory. */
  #loseState(): void {
    this.say('the state is lost')
    this.#isStateLost = false
    for (const table of ['seen', 'target', 'acked', 'flight', 'meta']) this.db.exec(`delete from ${table}`)
    for (const target of this.targets) target.forgetOrigins()
  }

  #fail(life: Life): void {
    this.say('cannot start')
    life.die()
    this.#startSoon(1)
  }

  #startSoon(number: number): void {
    // Not in the middle of what the former process does: that has to end first, with its open transaction.
    this.timeline.inside(number % 3 === 0 ? 0 : number % 40_000, () => {
      this.#die()
      this.start()
    })
  }

  #task(life: Life, accept: boolean): Task {
    const { task } = this.history.setting
    return {
      ...task,
      ...{
        schedule: this.#schedule,
        name: 'simulation',
        source: ROOT,
        stateDir: '/nowhere',
        rules: this.rules,
        monitor: 'auto',
        accept,
        dryRun: false,
        plugins: [],
      },
      targets: this.targets.map((target) => target.spec(life)),
    }
  }

  #target(name: string, setting: History['setting']['targets'][number]): Target {
    const target = new Target({
      ...{ name, setting, disk: this.disk, random: this.random.fork(name), timeoutMs: this.history.setting.task.timeoutMs },
      isFaulty: () => this.faults.isOn,
      isWanted: (path) => this.#isWanted(path),
      deleting: (at, path, dev) => this.#checkDeletion(at, path, dev),
      sending: (at) => this.#checkRoot(at),
      broken: (what) => this.break(what),
      say: (line) => this.say(`    ${line}`),
    })
    const stranger = { kind: 'file', version: -1, mode: 0o644, uid: 0, mtimeMs: 0, dev: 0, dirIno: 0, readAt: 0 } as const
    if (setting.isFilled) for (const path of ['a', 'b', 'stranger']) target.holding.put(path, { ...stranger, names: [path] })
    return target
  }

  /** Nothing is sent while another directory is where the source was. */
  #checkRoot({ name }: Target): void {
    const recorded = this.db.prepare("select value from meta where key = 'root'").get()?.['value']
    if (recorded === undefined) return this.break(`${name} got a batch while it is not known what the source is`)
    const { ino } = JSON.parse(String(recorded)) as { ino: number }
    if (this.disk.find(ROOT)?.ino !== ino) this.break(`${name} got a batch while the source was away`)
  }

  /** Nothing is taken from a target that the source had not lost since it was sent. `dev`: of what is put in its place. */
  #checkDeletion({ name, holding }: Target, path: string, dev = 0): void {
    const held = holding.entries.get(path)
    // An empty directory may have to make room for one that is moved to its place.
    if (held === undefined || held.kind === 'directory' || held.isStray === true || this.isAccepted) return
    if (held.names.some((at) => (this.disk.vanished.get(`${ROOT}/${at}`) ?? 0) >= held.readAt)) return
    if (this.#isFromSuccessor(held, path)) return
    // What is copied out of a mount that came and went before anybody looked for mounts is known to nobody.
    if (this.#isOfUnseenMount(held.dev) || this.#isOfUnseenMount(dev)) return
    // The directories above are asked too: rules exclude with what is below.
    if (held.names.some((at) => !this.#isWanted(at))) return
    if (
      held.readAt === 0 &&
      (this.history.setting.task.extraneous === 'delete' || this.disk.find(`${ROOT}/${path}`) !== undefined)
    )
      return
    this.break(`${path} is taken from ${name}, though the source never lost it`)
  }

  /**
   * A copy from a directory that had just taken the place of another is put into the other's copy, and follows that when it is moved.
   * It has no place there; the source has it under its first name, and it is sent there again.
   */
  #isFromSuccessor({ names, dirIno, readAt }: Held, path: string): boolean {
    const [first] = names
    if (first === path || this.disk.find(`${ROOT}/${first}`) === undefined) return false
    const dirVanished = this.disk.vanished.get(parentOf(`${ROOT}/${first}` as RawPath)) ?? Infinity // when the last one of that name did
    return dirVanished <= readAt && this.disk.find(parentOf(`${ROOT}/${path}` as RawPath))?.ino !== dirIno
  }

  #isOfUnseenMount(dev: number): boolean {
    return dev !== this.disk.find(ROOT)?.dev && dev !== 0 && !this.invariants.seenDevices.has(dev)
  }

  #isSeen(path: string): boolean {
    let id = 1
    for (const name of path.slice(ROOT.length + 1).split('/')) {
      const row = this.db.prepare('select id, stamp from seen where parent = ? and name = ?').get(id, name)
      if (row === undefined) return false
      id = Number(row['id'])
    }
    return true
  }

  #isWanted(path: string): boolean {
    // Paths of the simulated disk are raw; its rules do not ask for the kind.
    return this.rules.wants(path as RawPath, 'file')
  }

  /** Paths of the source with their inodes. */
  source(): ReturnType<typeof walk> {
    return walk(this.disk.find(ROOT), ROOT)
  }
}

/** What no kernel tells when it happens. */
const UNSEEN: ReadonlySet<string> = new Set(['mount', 'unmount', 'root-cover', 'root-uncover', 'lock', 'unlock', 'write-mapped'])
const MOUNTS: ReadonlySet<string> = new Set(['mount', 'unmount', 'root-cover', 'root-uncover'])
const HOUR_MS = 3_600_000
