import { IN } from '../../../src/monitor/inotify-queue.ts'
import { ERRNO, type InotifyCalls } from '../../../src/monitor/libc.ts'
import type { Disk, KernelEvent } from './disk.ts'
import type { Inode } from './inode.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

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
  #inTransit: KernelEvent[] = []
  #last = 0
  #wasDropped = false
  #run: (() => void) | undefined
  #isPolling = false

  constructor(options: KernelOptions) {
    this.#o = options
  }

  /** Whether something has happened that no one was told yet. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#inTransit.length > 0
  }

  /** An operation has been done. */
  tell(events: readonly KernelEvent[]): void {
    const { random, mostTransitMs, timeline } = this.#o
    if (this.#inTransit.length === 0 && !(mostTransitMs > 0 && random.chance(0.2))) return this.#enqueue(events)
    const now = this.#inTransit.length > 0 ? 0 : random.below(events.length + 1)
    this.#enqueue(events.slice(0, now))
    this.#inTransit.push(...events.slice(now))
    timeline.outside(random.next() * mostTransitMs, () => this.#enqueue(this.#inTransit.splice(0)))
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
    this.#run = undefined
    return 0
  }

  whenReadable(_fd: number, run: () => void): { close(): void } {
    this.#run = run
    this.#poll()
    return { close: () => (this.#run = undefined) }
  }

  #enqueue(events: readonly KernelEvent[]): void {
    for (const { directory, mask, name } of events) {
      const watch = this.#watches.get(directory)
      if (watch === undefined) continue
      if (mask === IN.IGNORED) this.#watches.delete(directory)
      this.#push({ watch, mask, name })
    }
    this.#poll()
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

  #poll(): void {
    if (this.#isPolling || this.#run === undefined || this.#queue.length === 0) return
    this.#isPolling = true
    const { timeline, random, mostDelayMs } = this.#o
    timeline.inside(random.chance(0.8) ? random.next() : random.next() * mostDelayMs, () => {
      this.#isPolling = false
      this.#run?.()
      this.#poll()
    })
  }
}
