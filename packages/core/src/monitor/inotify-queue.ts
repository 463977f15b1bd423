import type { RawPath } from '../model/path.ts'
import { ERRNO, type InotifyCalls } from './libc.ts'

/** Bits of an inotify mask, from the kernel's interface. */
export const IN = {
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  ONLYDIR: 0x1000000,
  DONT_FOLLOW: 0x2000000,
  MASK_ADD: 0x20000000,
  ISDIR: 0x40000000,
} as const

/** A run of kernel events on the same watch and name, as one; `mask` holds the bits of all. `name` is empty for the directory itself. */
export type OnEvent = (watch: number, mask: number, name: RawPath) => void

/** One inotify descriptor: watches go in, events come out. */
export class InotifyQueue {
  readonly #libc: InotifyCalls
  readonly #onEvent: OnEvent
  readonly #bytes: Buffer
  /** The same memory; the kernel pads every record to 16 bytes, so that headers are aligned. */
  readonly #words: Uint32Array
  #fd = -1
  #poll: { close(): void } | undefined
  #events = 0

  constructor(libc: InotifyCalls, onEvent: OnEvent) {
    this.#libc = libc
    this.#onEvent = onEvent
    const memory = new ArrayBuffer(BUFFER_BYTES)
    this.#bytes = Buffer.from(memory)
    this.#words = new Uint32Array(memory)
  }

  /** Kernel events read since the start; overflow marks not counted. */
  get events(): number {
    return this.#events
  }

  get isOpen(): boolean {
    return this.#fd >= 0
  }

  /** Opens the descriptor and reads it from the event loop; `onFailure` is told the errno when reading is no longer possible. Returns 0 or `-errno`. */
  open(onFailure: (errno: number) => void): number {
    const fd = this.#libc.inotifyInit()
    if (fd < 0) return fd
    this.#fd = fd
    this.#poll = this.#libc.whenReadable(fd, () => {
      // The poll is level-triggered: what is left after this turn calls us again, after timers and other sockets had theirs.
      const error = this.read(READS_PER_TURN)
      if (error !== 0) onFailure(error)
    })
    return 0
  }

  /** A watch descriptor, or `-errno`. */
  add(path: RawPath, mask: number): number {
    return this.#libc.inotifyAddWatch(this.#fd, path, mask)
  }

  /** Fails only when the kernel has dropped the watch by itself, which is as good. */
  remove(watch: number): void {
    this.#libc.inotifyRemoveWatch(this.#fd, watch)
  }

  /** Reads until the queue is empty, or `reads` times. Returns 0, or the errno that made it stop. */
  read(reads = Number.POSITIVE_INFINITY): number {
    for (let left = reads; left > 0 && this.isOpen;) {
      const count = this.#libc.read(this.#fd, this.#bytes)
      if (count === -ERRNO.EINTR) continue
      if (count === -ERRNO.EAGAIN) return 0
      if (count <= 0) return count < 0 ? -count : ERRNO.EINVAL
      left--
      this.#dispatch(count)
      // Room for the longest record was left over, so the queue was empty: the read that would only say EAGAIN is spared.
      if (count < BUFFER_BYTES - LONGEST_RECORD_BYTES) return 0
    }
    return 0
  }

  close(): void {
    this.#poll?.close()
    this.#poll = undefined
    if (this.#fd >= 0) this.#libc.close(this.#fd)
    this.#fd = -1
  }

  #dispatch(count: number): void {
    const words = this.#words
    for (let at = 0; at < count && this.isOpen;) {
      const word = at >> 2
      const length = words[word + 3]!
      let mask = words[word + 1]!
      let next = at + HEADER_BYTES + length
      this.#events += (mask & IN.Q_OVERFLOW) === 0 ? 1 : 0
      while (next < count && this.#sameSubject(word, next >> 2, length)) {
        mask |= words[(next >> 2) + 1]!
        next += HEADER_BYTES + length
        this.#events++
      }
      this.#onEvent(words[word]! | 0, mask, this.#name(at + HEADER_BYTES, length))
      at = next
    }
  }

  /** Whether two records (given by their first word) are of the same watch and name. Compares padded names word by word. */
  #sameSubject(a: number, b: number, length: number): boolean {
    const words = this.#words
    if (words[a] !== words[b] || words[b + 3] !== length) return false
    for (let at = 4; at < 4 + (length >> 2); at++) if (words[a + at] !== words[b + at]) return false
    return true
  }

  #name(start: number, length: number): RawPath {
    let end = start + length
    while (end > start && this.#bytes[end - 1] === 0) end--
    // latin1 decoding is what makes a raw path: one unit per byte.
    return this.#bytes.toString('latin1', start, end) as RawPath
  }
}

const BUFFER_BYTES = 256 * 1024

/** At most 1 MiB in one turn of the event loop. */
const READS_PER_TURN = 4

/** wd, mask, cookie and length, 32 bits each. */
const HEADER_BYTES = 16

/** A name has at most 255 bytes on most file systems; some count characters and go higher. */
const LONGEST_RECORD_BYTES = 4096
