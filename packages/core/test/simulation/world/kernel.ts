import { IN } from '../../../src/monitor/inotify-queue.ts'
import { ERRNO, type InotifyCalls } from '../../../src/monitor/libc.ts'
import type { Disk, KernelEvent } from './disk.ts'
import type { Inode } from './inode.ts'
import type { Random } from './random.ts'
import { Readiness } from './readiness.ts'
import type { Timeline } from './timeline.ts'
import { Transit } from './transit.ts'

export interface KernelOptions {
  readonly disk: Disk
  readonly timeline: Pick<Timeline, 'inside' | 'outside'>
  readonly random: Random
  /** Events that the queue holds; what comes then is dropped, with one mark. */
  readonly queueLimit: number
  /** Longest time between an operation and its last event: whoever did it may lose the processor in between. */
  readonly mostTransitMs: number
  readonly mostDelayMs: number
  /** Watches that can be had. */
  readonly watchLimit: number
  /** Whether a new watch is refused. */
  isRefused(): boolean
  /** Costs time; ends what runs in a dead process. */
  enter(): void
}

interface Entry {
  readonly watch: number
  readonly mask: number
  readonly name: string
}

const NONE = -1

/** One inotify instance: behind the interface that the real monitor calls. */
export class Kernel implements InotifyCalls {
  readonly #o: KernelOptions
  readonly #watches = new Map<Inode, number>()
  #queue: Entry[] = []
  #last = 0
  #wasDropped = false
  readonly #transit: Transit
  readonly #readiness: Readiness

  constructor(options: KernelOptions) {
    this.#o = options
    this.#transit = new Transit(options, (events) => this.#enqueue(events))
    this.#readiness = new Readiness(options, () => this.#queue.length > 0)
  }

  /** Whether something has happened that no one was told yet. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#transit.isBusy
  }

  /** An operation has been done. */
  tell(events: readonly KernelEvent[]): void {
    this.#transit.tell(events)
  }

  inotifyInit(): number {
    return 3
  }

  inotifyAddWatch(_fd: number, path: string, mask: number): number {
    this.#o.enter()
    const inode = this.#o.disk.find(path, true)
    if (inode === undefined) return -ERRNO.ENOENT
    if (inode.kind !== 'directory') return -((mask & IN.ONLYDIR) === 0 ? ERRNO.EINVAL : ERRNO.ENOTDIR)
    const known = this.#watches.get(inode)
    if (known !== undefined) return known
    if (inode.isLocked || this.#o.disk.isLocked(path)) return -ERRNO.EACCES
    if (this.#watches.size >= this.#o.watchLimit || this.#o.isRefused()) return -ERRNO.ENOMEM // for ENOSPC the monitor would look at this machine's limits
    this.#watches.set(inode, ++this.#last)
    return this.#last
  }

  inotifyRemoveWatch(_fd: number, watch: number): number {
    for (const [inode, id] of this.#watches) {
      if (id !== watch) continue
      this.#enqueue([{ directory: inode, mask: IN.IGNORED, name: '' }])
      return 0
    }
    return -ERRNO.EINVAL
  }

  read(_fd: number, into: Uint8Array): number {
    this.#o.enter()
    const buffer = Buffer.from(into.buffer, into.byteOffset, into.byteLength)
    let at = 0
    while (this.#queue.length > 0) {
      const { watch, mask, name } = this.#queue[0]!
      const length = name === '' ? 0 : 16 * Math.ceil((name.length + 1) / 16)
      if (at + 16 + length > buffer.length) break
      this.#queue.shift()
      buffer.fill(0, at, at + 16 + length)
      buffer.writeInt32LE(watch, at)
      buffer.writeUInt32LE(mask, at + 4)
      buffer.writeUInt32LE(length, at + 12)
      buffer.write(name, at + 16, 'latin1')
      at += 16 + length
    }
    if (this.#queue.length === 0) this.#wasDropped = false
    return at === 0 ? -ERRNO.EAGAIN : at
  }

  close(): number {
    this.#watches.clear()
    this.#queue = []
    this.#readiness.end()
    return 0
  }

  whenReadable(_fd: number, run: () => void): { close(): void } {
    return this.#readiness.wait(run)
  }

  #enqueue(events: readonly KernelEvent[]): void {
    for (const { directory, mask, name } of events) {
      const watch = this.#watches.get(directory)
      if (watch === undefined) continue
      if (mask === IN.IGNORED) this.#watches.delete(directory)
      this.#push({ watch, mask, name })
    }
    this.#readiness.poke()
  }

  #push(entry: Entry): void {
    const last = this.#queue.at(-1)
    if (last !== undefined && last.watch === entry.watch && last.mask === entry.mask && last.name === entry.name) return
    if (this.#queue.length < this.#o.queueLimit) this.#queue.push(entry)
    else if (!this.#wasDropped) {
      this.#wasDropped = true
      this.#queue.push({ watch: NONE, mask: IN.Q_OVERFLOW, name: '' })
    }
  }
}
