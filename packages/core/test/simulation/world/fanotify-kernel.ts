import { FAN } from '../../../src/monitor/fanotify-group.ts'
import { IN } from '../../../src/monitor/inotify-queue.ts'
import { AT, ERRNO, type Libc } from '../../../src/monitor/libc.ts'
import type { KernelEvent } from './disk.ts'
import type { Inode } from './inode.ts'
import { Kernel, type KernelOptions } from './kernel.ts'
import { Readiness } from './readiness.ts'
import { Transit } from './transit.ts'

interface Place {
  /** DFID_NAME, OLD_DFID_NAME or NEW_DFID_NAME. */
  readonly type: number
  readonly directory: Inode
  readonly name: string
}

interface Event {
  mask: number
  readonly places: readonly Place[]
}

const FD = 4
const FIRST_DIRECTORY_FD = 10

/** One fanotify descriptor beside one of inotify: behind the interface that the real monitor calls. */
export class FanotifyKernel implements Libc {
  readonly #o: KernelOptions
  readonly #inotify: Kernel
  readonly #transit: Transit
  readonly #readiness: Readiness
  readonly #marked = new Set<number>()
  readonly #directories = new Map<number, Inode>()
  /** What tells a reused inode number from its former owner. */
  readonly #generations = new WeakMap<Inode, number>()
  /** Since Linux 6.12; and since 5.17. */
  readonly #knowsMounts: boolean
  readonly #knowsRenames: boolean
  #queue: Event[] = []
  #wasDropped = false
  #lastFd = FIRST_DIRECTORY_FD
  #lastGeneration = 0

  constructor(options: KernelOptions) {
    this.#o = options
    this.#inotify = new Kernel({ ...options, mostTransitMs: 0 })
    this.#transit = new Transit(options, (events) => {
      this.#inotify.tell(events)
      this.#enqueue(events)
    })
    this.#readiness = new Readiness(options, () => this.#queue.length > 0)
    this.#knowsMounts = options.random.chance(0.7)
    this.#knowsRenames = this.#knowsMounts || options.random.chance(0.5)
  }

  /** Whether something has happened that no one was told yet. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#transit.isBusy || this.#inotify.isBusy
  }

  /** An operation has been done. */
  tell(events: readonly KernelEvent[]): void {
    this.#transit.tell(events)
  }

  inotifyInit(): number {
    return this.#inotify.inotifyInit()
  }

  inotifyAddWatch(fd: number, path: string, mask: number): number {
    return this.#inotify.inotifyAddWatch(fd, path, mask)
  }

  inotifyRemoveWatch(fd: number, watch: number): number {
    return this.#inotify.inotifyRemoveWatch(fd, watch)
  }

  fanotifyInit(): number {
    return FD
  }

  fanotifyMark(_fd: number, _flags: number, mask: number, directory: number): number {
    this.#o.enter()
    if ((mask & FAN.RENAME) !== 0 && !this.#knowsRenames) return -ERRNO.EINVAL
    if (this.#o.isRefused()) return -ERRNO.ENOMEM
    this.#marked.add(this.#directories.get(directory)!.dev)
    return 0
  }

  openDirectory(path: string): number {
    this.#o.enter()
    const inode = this.#o.disk.find(path, true)
    if (inode === undefined) return -ERRNO.ENOENT
    if (inode.kind !== 'directory') return -ERRNO.ENOTDIR
    if (this.#o.disk.isLocked(path)) return -ERRNO.EACCES
    this.#directories.set(++this.#lastFd, inode)
    return this.#lastFd
  }

  nameToHandle(at: number, path: string, handle: Uint32Array, mountId: Uint32Array, flags: number): number {
    if ((flags & AT.HANDLE_MNT_ID_UNIQUE) !== 0 && !this.#knowsMounts) return -ERRNO.EINVAL
    if (path === '/') return 0 // asked only for what the kernel knows, before it is of this world
    this.#o.enter()
    const inode = path === '' ? this.#directories.get(at) : this.#o.disk.find(path, true)
    if (inode === undefined) return -ERRNO.ENOENT
    if (path !== '' && this.#o.disk.isLocked(path)) return -ERRNO.EACCES
    handle.set([8, 1, inode.ino, this.#generationOf(inode)])
    // Each mount has a file system of its own here.
    mountId.set([inode.dev, 0])
    return 0
  }

  read(fd: number, into: Uint8Array): number {
    if (fd !== FD) return this.#inotify.read(fd, into)
    this.#o.enter()
    const buffer = Buffer.from(into.buffer, into.byteOffset, into.byteLength)
    let at = 0
    while (this.#queue.length > 0 && at + LONGEST_BYTES < buffer.length) at = this.#write(this.#queue.shift()!, buffer, at)
    if (this.#queue.length === 0) this.#wasDropped = false
    return at === 0 ? -ERRNO.EAGAIN : at
  }

  close(fd: number): number {
    if (fd > FIRST_DIRECTORY_FD) this.#directories.delete(fd)
    else if (fd === FD) {
      this.#marked.clear()
      this.#queue = []
      this.#readiness.end()
    } else this.#inotify.close()
    return 0
  }

  whenReadable(fd: number, run: () => void): { close(): void } {
    return fd === FD ? this.#readiness.wait(run) : this.#inotify.whenReadable(fd, run)
  }

  #enqueue(events: readonly KernelEvent[]): void {
    for (let at = 0; at < events.length; at++) {
      const event = events[at]!
      const next = events[at + 1]
      if (this.#knowsRenames && event.mask === IN.MOVED_FROM && next?.mask === IN.MOVED_TO) {
        this.#push({
          mask: FAN.RENAME,
          places: [
            { ...event, type: 10 },
            { ...next, type: 12 },
          ],
        })
        at++
      } else if (isTold(event)) {
        const isSelf = event.name === ''
        const place = { type: 2, directory: event.directory, name: isSelf ? '.' : event.name }
        this.#push({ mask: isSelf ? event.mask | FAN.ONDIR : event.mask, places: [place] })
      }
    }
    this.#readiness.poke()
  }

  #push(event: Event): void {
    const [{ directory, name }] = event.places as [Place]
    if (!this.#marked.has(directory.dev)) return
    const like = this.#queue.find(
      ({ places: [first, second] }) => first?.directory === directory && first.name === name && second === undefined,
    )
    if (like !== undefined && event.places.length === 1) like.mask |= event.mask
    else if (this.#queue.length < this.#o.queueLimit) this.#queue.push(event)
    else if (!this.#wasDropped) {
      this.#wasDropped = true
      this.#queue.push({ mask: FAN.Q_OVERFLOW, places: [] })
    }
  }

  #write({ mask, places }: Event, buffer: Buffer, start: number): number {
    let at = start + 24
    for (const { type, directory, name } of places) {
      const length = 4 * Math.ceil((28 + name.length + 1) / 4)
      buffer.fill(0, at, at + length)
      buffer.writeUInt8(type, at)
      buffer.writeUInt16LE(length, at + 2)
      for (const [word, value] of [8, 1, directory.ino, this.#generationOf(directory)].entries())
        buffer.writeUInt32LE(value, at + 12 + 4 * word)
      buffer.write(name, at + 28, 'latin1')
      at += length
    }
    buffer.fill(0, start, start + 24)
    buffer.writeUInt32LE(at - start, start)
    buffer.writeUInt16LE(24, start + 6)
    buffer.writeUInt32LE(mask, start + 8)
    return at
  }

  /** The tops of all file systems are called by the same handle. */
  #generationOf(inode: Inode): number {
    const known = this.#generations.get(inode) ?? (inode.ino === 11 ? 0 : ++this.#lastGeneration)
    this.#generations.set(inode, known)
    return known
  }
}

/** Attributes of a directory are told of itself, those of a file of its name; of a directory itself, its end is told, too. */
function isTold({ directory, mask, name }: KernelEvent): boolean {
  if (name === '') return (mask === IN.ATTRIB || mask === IN.DELETE_SELF) && directory.kind === 'directory'
  return mask !== IN.ATTRIB || directory.entries?.get(name)?.kind !== 'directory'
}

const LONGEST_BYTES = 1024
