import { type DirId, ROOT_DIR } from '../../../src/model/entry.ts'
import type { Hint } from '../../../src/model/hint.ts'
import { nameOf, parentOf, type RawPath } from '../../../src/model/path.ts'
import { IN } from '../../../src/monitor/inotify-queue.ts'
import type { Monitor, MonitorStart } from '../../../src/monitor/monitor.ts'
import { type Disk, type KernelEvent, ROOT } from './disk.ts'
import type { Faults } from './faults.ts'
import type { Inode } from './inode.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'

export interface LossyOptions {
  readonly disk: Disk
  readonly life: Life
  readonly random: Random
  readonly faults: Faults
}

/** A monitor that keeps no promise: loses events, tells them late, twice, with an old path, and without what changed. */
export class LossyMonitor implements Monitor {
  readonly name = 'parcel'
  readonly guarantee = 'best-effort'
  readonly #o: LossyOptions
  readonly #paths = new Map<Inode, string>()
  #start: MonitorStart | undefined
  #waiting = 0

  constructor(options: LossyOptions) {
    this.#o = options
  }

  get isBusy(): boolean {
    return this.#waiting > 0
  }

  tell(events: readonly KernelEvent[]): void {
    const { random, life, faults } = this.#o
    for (const { directory, mask, name } of events) {
      const parent = this.#paths.get(directory)
      if (parent === undefined || name === '' || (faults.isOn && random.chance(0.3))) continue
      const path = (parent === '' ? name : `${parent}/${name}`) as RawPath
      for (let copies = random.chance(0.2) ? 2 : 1; copies > 0; copies--) {
        this.#waiting++
        life.after(random.next() * random.next() * 500, () => {
          this.#waiting--
          this.#hint(path, (mask & IN.MODIFY) !== 0 && random.chance(0.7))
        })
      }
    }
  }

  start(options: MonitorStart): void {
    this.#start = options
  }

  /** A directory keeps the path at which it was met first; some are never met. */
  arm(_dir: DirId, absolutePath: RawPath): 'armed' {
    const inode = this.#o.disk.find(absolutePath, true)
    if (inode !== undefined && !this.#paths.has(inode) && this.#o.random.chance(0.8))
      this.#paths.set(inode, absolutePath.slice(ROOT.length + 1))
    return 'armed'
  }

  disarm(): void {}
  drain(): void {}

  stats(): { watches: number; events: number; losses: number } {
    return { watches: 1, events: 0, losses: 0 }
  }

  stop(): Promise<void> {
    this.#start = undefined
    return Promise.resolve()
  }

  #hint(path: RawPath, content: boolean): void {
    const { directories, sink } = this.#start ?? {}
    if (directories === undefined) return
    const { dir, exact } = directories.nearest(parentOf(path))
    const hint: Hint = exact ? { type: 'entry', dir, name: nameOf(path), content } : { type: 'directory', dir }
    sink?.(this.#o.random.chance(0.05) ? { type: 'lost', dir: ROOT_DIR, why: 'overflow' } : hint)
  }
}
