import type { RawPath } from '../model/path.ts'
import { FileHandles } from './file-handles.ts'
import { type HandleTable, keyLength, NONE } from './handle-table.ts'
import { ERRNO, type FanotifyCalls } from './libc.ts'

/** Bits of fanotify, from the kernel's interface. */
export const FAN = {
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  Q_OVERFLOW: 0x4000,
  RENAME: 0x10000000,
  ONDIR: 0x40000000,
} as const

/** Who takes the events of a group that happen in directories of its table. */
export interface GroupMember {
  readonly handles: HandleTable
  /** Something happened to a name in the directory with this number; without one, to the directory itself. */
  event(directory: number, mask: number, name: RawPath): void
  /** The kernel has dropped events, or could not say where they happened. */
  lost(why: 'overflow' | 'unresolved'): void
  /** The descriptor cannot be read any more, all marks are gone; it is open again, unless the second number tells why it is not. */
  broken(errno: number, openErrno: number): void
}

/** One fanotify descriptor for all tasks of this process: a file system that several of them watch is marked, and its events are read, once. */
export class FanotifyGroup {
  readonly handles: FileHandles
  readonly #libc: FanotifyCalls
  readonly #bytes: Buffer
  /** The same memory; the kernel pads every record to 4 bytes. */
  readonly #words: Uint32Array
  readonly #members = new Set<GroupMember>()
  /** Mounts whose file system is marked; only while their numbers are not used again. */
  readonly #covered = new Set<number>()
  #fd = -1
  #poll: { close(): void } | undefined
  /** Renames are told in one event of both places since Linux 5.17; before, in two. */
  #mask = MASK | FAN.RENAME
  #events = 0

  constructor(libc: FanotifyCalls) {
    this.#libc = libc
    const memory = new ArrayBuffer(BUFFER_BYTES)
    this.#bytes = Buffer.from(memory)
    this.#words = new Uint32Array(memory)
    this.handles = new FileHandles(libc)
  }

  /** Kernel events read since this process began, wherever they happened. */
  get events(): number {
    return this.#events
  }

  /** Opens the descriptor for the first member. Returns 0 or the errno. */
  join(member: GroupMember): number {
    const errno = this.#fd < 0 ? this.#open() : 0
    if (errno === 0) this.#members.add(member)
    return errno
  }

  leave(member: GroupMember): void {
    this.#members.delete(member)
    if (this.#members.size === 0) this.#close()
  }

  /**
   * Reads the handle of a directory into {@link handles}, with its file system marked before. Returns 0 or the errno of the call
   * that failed. What is no directory may pass for one: it has a handle that no event names.
   */
  cover(path: RawPath, follow: boolean): number {
    if (this.handles.areMountsUnique) {
      const errno = this.handles.readAt(path, follow)
      if (errno !== 0 || this.#covered.has(this.handles.mount)) return errno
    }
    // By a descriptor, so that what is marked is what was asked for, whatever is renamed or mounted meanwhile.
    const directory = this.#libc.openDirectory(path, follow)
    if (directory < 0) return -directory
    const errno = this.handles.readOf(directory) || this.#mark(directory)
    if (errno === 0 && this.handles.areMountsUnique) this.#covered.add(this.handles.mount)
    this.#libc.close(directory)
    return errno
  }

  /** Reads until the queue is empty, or `reads` times. */
  read(reads = Number.POSITIVE_INFINITY): void {
    const errno = this.#read(reads)
    if (errno === 0) return
    this.#close()
    const openErrno = this.#open()
    for (const member of [...this.#members]) member.broken(errno, openErrno)
  }

  #open(): number {
    let fd = this.#libc.fanotifyInit(FLAGS | UNLIMITED)
    // Who may not have a queue without a limit may still have one in which drops are told.
    if (fd === -ERRNO.EPERM) fd = this.#libc.fanotifyInit(FLAGS)
    if (fd < 0) return -fd
    this.#fd = fd
    // The poll is level-triggered: what is left after this turn calls us again, after timers and other sockets had theirs.
    this.#poll = this.#libc.whenReadable(fd, () => this.read(READS_PER_TURN))
    return 0
  }

  #close(): void {
    this.#poll?.close()
    this.#poll = undefined
    this.#covered.clear()
    if (this.#fd >= 0) this.#libc.close(this.#fd)
    this.#fd = -1
  }

  #mark(directory: number): number {
    const result = this.#libc.fanotifyMark(this.#fd, MARK_FLAGS, this.#mask, directory)
    if (result !== -ERRNO.EINVAL || (this.#mask & FAN.RENAME) === 0) return Math.abs(result)
    const older = MASK | FAN.MOVED_FROM | FAN.MOVED_TO
    const resultOfOlder = this.#libc.fanotifyMark(this.#fd, MARK_FLAGS, older, directory)
    if (resultOfOlder === 0) this.#mask = older
    return Math.abs(resultOfOlder)
  }

  #read(reads: number): number {
    for (let left = reads; left > 0 && this.#fd >= 0;) {
      const count = this.#libc.read(this.#fd, this.#bytes)
      if (count === -ERRNO.EINTR) continue
      if (count === -ERRNO.EAGAIN) return 0
      if (count <= 0) return count < 0 ? -count : ERRNO.EINVAL
      left--
      this.#dispatch(count)
      // Room for the longest event was left over, so the queue was empty: the read that would only say EAGAIN is spared.
      if (count < BUFFER_BYTES - LONGEST_EVENT_BYTES) return 0
    }
    return 0
  }

  #dispatch(count: number): void {
    const words = this.#words
    for (let at = 0; at < count && this.#fd >= 0;) {
      const word = at >> 2
      const mask = words[word + EVENT.MASK]!
      const end = at + words[word + EVENT.LENGTH]!
      if ((mask & FAN.Q_OVERFLOW) !== 0) this.#tellLost('overflow')
      else {
        this.#events++
        for (let record = at + EVENT_BYTES; record < end;) {
          const head = words[record >> 2]!
          if (PLACES.has(head & 0xff)) this.#place(record, mask)
          record += head >>> 16
        }
      }
      at = end
    }
  }

  /** One of the places that an event tells of. */
  #place(record: number, mask: number): void {
    const key = (record + HEADER_BYTES) >> 2
    if (this.#words[key] === 0) return this.#tellLost('unresolved') // the kernel had no memory for the handle
    let name: RawPath | undefined
    for (const member of this.#members) {
      const directory = member.handles.find(this.#words, key)
      if (directory === NONE) continue // most of all that happens on a file system is none of ours
      name ??= this.#name(4 * (key + keyLength(this.#words, key)))
      member.event(directory, mask, name)
    }
  }

  #tellLost(why: 'overflow' | 'unresolved'): void {
    for (const member of this.#members) member.lost(why)
  }

  /** The directory itself is called ".". */
  #name(start: number): RawPath {
    const name = this.#bytes.toString('latin1', start, this.#bytes.indexOf(0, start))
    // latin1 decoding is what makes a raw path: one unit per byte.
    return (name === '.' ? '' : name) as RawPath
  }
}

/** FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DIR_FID | FAN_REPORT_NAME. What was changed is not named (FAN_REPORT_FID): the place is all that is asked. */
const FLAGS = 0x1 | 0x2 | 0x400 | 0x800

/** FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS */
const UNLIMITED = 0x10 | 0x20

/** FAN_MARK_ADD | FAN_MARK_FILESYSTEM | FAN_MARK_ONLYDIR */
const MARK_FLAGS = 0x1 | 0x100 | 0x8

/**
 * What makes or ends a name, and what changes bytes or attributes. CLOSE_WRITE beside MODIFY, because what is written through a
 * memory map shows by nothing else. DELETE_SELF, because a directory that is made anew in the inode of
 * another looks like that one, and has to be armed all the same. No event of opening or reading: our own looks must not come back
 * to us.
 */
const MASK = FAN.MODIFY | FAN.ATTRIB | FAN.CLOSE_WRITE | FAN.CREATE | FAN.DELETE | FAN.DELETE_SELF | FAN.ONDIR

/** Records that name a directory and an entry in it: DFID_NAME, DFID, OLD_DFID_NAME, NEW_DFID_NAME. */
const PLACES: ReadonlySet<number> = new Set([2, 3, 10, 12])

const BUFFER_BYTES = 256 * 1024

/** At most 1 MiB in one turn of the event loop. */
const READS_PER_TURN = 4

/** Two records, each with the longest handle and name. */
const LONGEST_EVENT_BYTES = 4096

/** `struct fanotify_event_metadata`, in words; of the mask, all bits that are asked for are in the lower one. */
const EVENT = { LENGTH: 0, MASK: 2 } as const
const EVENT_BYTES = 24

/** Of a record: type and length (lowest byte and upper half of the first word), and the file system's id. */
const HEADER_BYTES = 12
