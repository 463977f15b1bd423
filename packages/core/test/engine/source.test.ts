import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createGuard } from '../../src/engine/guard.ts'
import { Source } from '../../src/engine/source.ts'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import type { RawPath } from '../../src/model/path.ts'
import type { Task } from '../../src/model/task.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { migrate } from '../../src/store/schema.ts'
import { createStore, type Store } from '../../src/store/store.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { Disk, ROOT } from '../simulation/world/disk.ts'
import { observe } from '../simulation/world/inode.ts'

/** A source on a disk in memory. Each call of the file system takes some time. */
class SourceStage {
  readonly clock = new FakeClock()
  readonly disk = new Disk({ type: 0xef53, tickMs: 1, reusesInodes: false, hasBirth: true, wallMs: () => this.clock.now() })
  readonly store: Store
  readonly guarantee: Monitor['guarantee']
  callMs = 0
  /** A path that cannot be looked at. */
  broken: string | undefined
  source: Source
  touched: string[] = []
  disturbed: string[] = []

  constructor(guarantee: Monitor['guarantee']) {
    this.guarantee = guarantee
    const db = new DatabaseSync(':memory:')
    migrate(db)
    this.store = createStore(db)
    for (const path of ['d', 'd/e']) this.disk.mkdir(`${ROOT}/${path}`)
    this.disk.create(`${ROOT}/d/f`, 'file', { sizeBytes: 10 })
    this.source = this.start()
  }

  /** Another process takes over. */
  start(): Source {
    const { clock, store, guarantee } = this
    const monitor: Monitor = {
      ...{ name: 'told', guarantee, start() {}, arm: () => 'armed', disarm() {}, drain() {}, stop: () => Promise.resolve() },
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

test.each(['no-loss', 'best-effort'] as const)('what was written since a scan began is not known: %s', (guarantee) => {
  const stage = new SourceStage(guarantee)
  stage.callMs = 5
  const before = stage.clock.now()
  stage.run()
  expect(stage.clock.now()).toBeGreaterThan(before + 20)
  expect(stage.horizonMs).toBeGreaterThanOrEqual(before)
  expect(stage.horizonMs).toBeLessThanOrEqual(before + 15) // the root was looked at before
})

test('where every change is told, all is known after a look at what was told, and after a silence', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  stage.source.hint({ type: 'directory', dir: ROOT_DIR })
  stage.run()
  expect(stage.horizonMs).toBe(stage.clock.now())
  stage.run(5000)
  expect(stage.horizonMs).toBe(stage.clock.now())
})

test('where changes may be lost, only a scan of everything knows them all', () => {
  const stage = new SourceStage('best-effort')
  stage.run()
  const known = stage.horizonMs
  stage.run(5000)
  stage.source.hint({ type: 'directory', dir: ROOT_DIR })
  stage.run(5000)
  expect(stage.horizonMs).toBe(known)
  stage.source.hint({ type: 'tree', dir: ROOT_DIR })
  const before = stage.clock.now()
  stage.run()
  expect(stage.horizonMs).toBe(before)
})

test('what could not be looked at is not known', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.broken = `${ROOT}/d/f`
  stage.clock.advance(3000)
  stage.source.hint({
    type: 'entry',
    dir: stage.source.tree.directories.find('d' as RawPath)!,
    name: 'f' as RawPath,
    content: true,
  })
  stage.run()
  expect(stage.horizonMs).toBe(known)
  stage.broken = undefined
  stage.run(5000)
  expect(stage.horizonMs).toBeGreaterThan(known)
})

test('a recent file is sent again after a start although it looks the same, an old one is not', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.disk.write(`${ROOT}/d/f`, 10) // in the tick in which it was looked at, with the same size
  stage.touched = []
  stage.start()
  stage.run()
  expect(stage.touched).toContain('d/f')
  stage.run(5000)
  stage.touched = []
  stage.start()
  stage.run()
  expect(stage.touched).toEqual([])
})

test('what is hinted at is told at once to those who are copying it', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.source.hint({
    type: 'entry',
    dir: stage.source.tree.directories.find('d' as RawPath)!,
    name: 'f' as RawPath,
    content: false,
  })
  stage.source.hint({ type: 'directory', dir: stage.source.tree.directories.find('d/e' as RawPath)! })
  stage.source.hint({ type: 'root', state: 'gone' })
  expect(stage.disturbed).toEqual(['d/f', 'd/e', ''])
})

test('the root is looked at again and again, and syncing goes on by itself when it is back', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.disk.rename(ROOT, '/away')
  stage.disk.mkdir(ROOT)
  stage.run(10_000)
  expect(stage.source.halt?.code).toBe('ROOT_REPLACED')
  stage.disk.exchange(ROOT, '/away')
  stage.disk.write(`${ROOT}/d/f`, 20)
  stage.run(10_000)
  expect(stage.source.halt).toBeUndefined()
  expect(stage.touched).toContain('d/f')
})
