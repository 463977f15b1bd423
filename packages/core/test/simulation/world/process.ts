import type { DatabaseSync } from 'node:sqlite'
import { createEngine, type Engine } from '../../../src/engine/engine.ts'
import type { Clock } from '../../../src/model/clock.ts'
import type { FileSystem } from '../../../src/model/file-system.ts'
import type { RawPath } from '../../../src/model/path.ts'
import type { SeenEntry } from '../../../src/model/seen.ts'
import type { Task } from '../../../src/model/task.ts'
import { createFanotifyMonitor } from '../../../src/monitor/fanotify.ts'
import { createInotifyMonitor } from '../../../src/monitor/inotify.ts'
import { createParcelMonitor } from '../../../src/monitor/parcel.ts'
import type { Subscribe } from '../../../src/monitor/parcel-library.ts'
import { createPollMonitor } from '../../../src/monitor/poll.ts'
import type { Monitor } from '../../../src/monitor/monitor.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import type { Disk } from './disk.ts'
import { FanotifyKernel } from './fanotify-kernel.ts'
import { type Faults, isDiskFull } from './faults.ts'
import { observe } from './inode.ts'
import { Kernel } from './kernel.ts'
import type { Life } from './life.ts'
import { LossyMonitor } from './lossy-monitor.ts'
import { ParcelLibrary } from './parcel-library.ts'
import type { Setting } from './setting.ts'
import { traced } from './trace.ts'

export interface ProcessOptions {
  readonly task: Task
  readonly setting: Setting
  readonly disk: Disk
  readonly db: DatabaseSync
  readonly life: Life
  readonly faults: Faults
  /** Wall time. */
  readonly wallMs: () => number
  /** Told of each transaction that has ended well. */
  readonly committed: () => void
  /** Told of each entry that the seen state is about to hold. */
  readonly noteSeen: (entry: SeenEntry) => void
  readonly say: (line: string) => void
  /** The process has ended because it cannot start now. */
  readonly failed: () => void
}

/** The engine in a simulated process: real but for its clock, its disk, its kernel and its handlers. */
export interface Process {
  readonly life: Life
  readonly engine: Engine
  readonly task: Task
  /** Rejections that were not because of a death. */
  readonly errors: unknown[]
  readonly kernel: { readonly isBusy: boolean }
}

export function startProcess(options: ProcessOptions): Process {
  const { task, setting, disk, db, life, faults, wallMs, committed, noteSeen, say } = options
  const random = life.random.fork('kernel')
  const clock: Clock = {
    now: wallMs,
    monotonic: () => life.timeline.now,
    after: (delayMs, run) => ({ cancel: life.after(delayMs + (setting.isSlow ? random.next() * 20 : 0), run) }),
  }
  const { monitor, kernel } = createMonitor(options, clock)
  const log = { debug: () => {}, info: say, warn: say }
  const engine = createEngine(task, {
    log,
    monitor,
    fs: fileSystem(disk, life, faults),
    random: () => random.next(),
    clock,
    open: () => ({
      store: mortalStore(traced(noting(createStore(filling(db, faults)), noteSeen), say), life, faults, committed),
      damaged: undefined,
    }),
  })
  const errors: unknown[] = []
  engine.start().catch((error: unknown) => {
    if (!life.isAlive) return
    // A disk that is full from the start is said, not waited for.
    if (isDiskFull(error)) options.failed()
    else errors.push(error)
  })
  return { life, engine, task, errors, kernel }
}

function createMonitor(
  { task, setting, disk, life, faults }: ProcessOptions,
  clock: Clock,
): { monitor: Monitor; kernel: { readonly isBusy: boolean } } {
  const random = life.random.fork('events')
  if (setting.monitor === 'poll') {
    disk.onEvents = () => {}
    return { monitor: createPollMonitor({ clock, intervalMs: task.pollIntervalMs }), kernel: { isBusy: false } }
  }
  if (setting.monitor === 'parcel') {
    const library = new ParcelLibrary({ disk, life, random, faults })
    disk.onEvents = (events) => library.tell(events)
    const subscribe: Subscribe = (root, receive) => library.subscribe(root, receive)
    return { monitor: createParcelMonitor({ backend: 'inotify', subscribe, clock, resolve: (root) => root }), kernel: library }
  }
  if (setting.monitor === 'lossy') {
    const monitor = new LossyMonitor({ disk, life, random, faults })
    disk.onEvents = (events) => monitor.tell(events)
    return { monitor, kernel: monitor }
  }
  const { queueLimit, watchLimit, mostTransitMs, mostDelayMs } = setting
  const isRefused = (): boolean => faults.isWatchRefused()
  const kernel = new (setting.monitor === 'fanotify' ? FanotifyKernel : Kernel)({
    ...{ disk, random, queueLimit, watchLimit, mostTransitMs, mostDelayMs, isRefused },
    timeline: {
      inside: (ms: number, run: () => void) => life.after(ms, run),
      outside: (ms: number, run: () => void) => life.timeline.outside(ms, run),
    },
    enter: () => life.enter(),
  })
  disk.onEvents = (events) => kernel.tell(events)
  return { monitor: 'fanotifyInit' in kernel ? createFanotifyMonitor(kernel) : createInotifyMonitor(kernel), kernel }
}

function fileSystem(disk: Disk, life: Life, faults: Faults): FileSystem {
  const enter = (call: string, path: RawPath): void => {
    life.enter()
    faults.throwFor(call, path)
    if (disk.isLocked(path) || (call === 'readdir' && disk.find(path, true)?.isLocked === true)) throw denied(call, path)
  }
  return {
    look(path) {
      enter('lstat', path)
      const inode = disk.find(path, true)
      return inode && observe(inode)
    },
    list(path) {
      enter('readdir', path)
      const entries = disk.find(path, true)?.entries
      // Names hold one unit a byte, as raw paths do.
      return entries && ([...entries.keys()] as RawPath[])
    },
    mounts(path) {
      life.enter()
      return disk.mountsBelow(path)
    },
    typeOf(path) {
      enter('statfs', path)
      return disk.typeOf(path) ?? disk.volume.type
    },
  }
}

/** The same database, on a disk that may be full when something is committed. */
function filling(db: DatabaseSync, faults: Faults): DatabaseSync {
  return new Proxy(db, {
    get(_, key) {
      const value: unknown = Reflect.get(db, key)
      if (typeof value !== 'function') return value
      if (key !== 'prepare') return value.bind(db) as unknown
      return (sql: string) => {
        const statement = db.prepare(sql)
        if (sql !== 'commit') return statement
        const run = (): unknown => {
          faults.throwForDisk()
          return statement.run()
        }
        return { run }
      }
    },
  })
}

function noting(store: Store, noteSeen: (entry: SeenEntry) => void): Store {
  const { seen } = store
  const put = seen.put
  seen.put = (parent, name, entry) => {
    noteSeen(entry)
    put(parent, name, entry)
  }
  return store
}

function denied(call: string, path: string): Error {
  return Object.assign(new Error(`EACCES: permission denied, ${call} '${path}'`), { code: 'EACCES' })
}

/** A store that a process may die in, before, inside and after a transaction; the database outlives it. */
function mortalStore(store: Store, life: Life, faults: Faults, committed: () => void): Store {
  let depth = 0
  return {
    ...store,
    transaction(work) {
      if (depth > 0) return store.transaction(work)
      life.atCommit('before')
      depth++
      let isDone = false
      try {
        const done = store.transaction(() => {
          const result = work()
          faults.throwForDisk()
          life.atCommit('inside')
          return result
        })
        isDone = true
        return done
      } finally {
        depth--
        if (life.isAlive) life.atCommit('after')
        if (life.isAlive && isDone) committed()
      }
    },
    close() {
      if (life.isAlive) store.transaction(() => store.writeText('closed', '1'))
    },
  }
}
