import { createGuard } from '../../src/engine/guard.ts'
import { Source } from '../../src/engine/source.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import type { EntryHint } from '../../src/model/hint.ts'
import { nameOf, parentOf, type RawPath } from '../../src/model/path.ts'
import type { Task } from '../../src/model/task.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import type { Store } from '../../src/store/store.ts'
import { memoryStore } from './memory-store.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { Disk, ROOT } from '../simulation/world/disk.ts'
import { observe } from '../simulation/world/inode.ts'

/** A source on a disk in memory. Each call of the file system takes some time. */
export class SourceStage {
  readonly clock = new FakeClock()
  readonly disk: Disk
  readonly store: Store
  readonly guarantee: Monitor['guarantee']
  callMs = 0
  /** A path that cannot be looked at. */
  broken: string | undefined
  /** A directory for which no watch is to be had. */
  unwatched: string | undefined
  /** Called whenever the monitor is asked for what it has. */
  onDrain = (): void => {}
  source: Source
  touched: string[] = []
  disturbed: string[] = []

  /** `tickMs`: of the times of files. */
  constructor(guarantee: Monitor['guarantee'], tickMs = 1) {
    this.disk = new Disk({ type: 0xef53, tickMs, reusesInodes: false, hasBirth: true, wallMs: () => this.clock.now() })
    this.guarantee = guarantee
    this.store = memoryStore()
    for (const path of ['d', 'd/e']) this.disk.mkdir(`${ROOT}/${path}`)
    this.disk.create(`${ROOT}/d/f`, 'file', { sizeBytes: 10 })
    this.source = this.start()
  }

  /** Another process takes over. */
  start(): Source {
    const { clock, store, guarantee } = this
    const monitor: Monitor = {
      ...{ name: 'told', guarantee, start() {}, disarm() {}, stop: () => Promise.resolve() },
      drain: () => this.onDrain(),
      arm: (_dir, path) => (path === this.unwatched ? 'limit' : 'armed'),
      stats: () => ({ watches: 0, events: 0, losses: 0 }),
    }
    const fs = this.#fileSystem()
    const rules = { fingerprint: '', wants: () => true }
    // All that a source asks of its task.
    const task = { pollIntervalMs: 1000, scrubIntervalMs: 0, rules, schedule: { delayMs: 0 } } as unknown as Task
    const root = ROOT as RawPath // ASCII
    const guard = createGuard({ fs, root, seen: store.seen, recorded: undefined, record: () => {}, accept: false })
    return (this.source = new Source({
      ...{ task, root, fs, clock, monitor, store, guard, log: { debug() {}, info() {}, warn() {} } },
      touch: (path) => void this.touched.push(path),
      isHeld: () => true,
      disturbed: (path) => void this.disturbed.push(path),
      haltChanged() {},
      damaged: () => false,
    }))
  }

  /** Works until there is nothing to do, then lets time pass and works again. */
  run(ms = 0): void {
    while (this.source.work()) continue
    this.clock.advance(ms)
    while (this.source.work()) continue
  }

  /** Hints at an entry of the source. */
  hintAt(path: string, changes: Partial<EntryHint> = {}): void {
    const at = path as RawPath // ASCII
    const dir = this.source.tree.directories.nearest(parentOf(at)).dir
    this.source.hint({ type: 'entry', dir, name: nameOf(at), content: false, ...changes })
  }

  get horizonMs(): number {
    return this.store.counters.horizonMs
  }

  #fileSystem(): FileSystem {
    const find = (path: RawPath) => {
      this.clock.advance(this.callMs)
      if (path === this.broken) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      return this.disk.find(path, true)
    }
    return {
      look(path) {
        const inode = find(path)
        return inode && observe(inode)
      },
      list: (path) => {
        const entries = find(path)?.entries
        return entries && ([...entries.keys()] as RawPath[]) // ASCII
      },
      typeOf: () => 0xef53,
    }
  }
}
