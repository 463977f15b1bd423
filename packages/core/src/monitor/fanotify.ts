import { type DirId, ROOT_DIR } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import { type RawPath, toText } from '../model/path.ts'
import { FAN, FanotifyGroup, type GroupMember } from './fanotify-group.ts'
import { cannotMark, cannotOpen, isRefused } from './fanotify-refusal.ts'
import { HandleTable } from './handle-table.ts'
import { createInotifyMonitor, type InotifyMonitor } from './inotify.ts'
import { isNoDirectory, type Libc, nameOfErrno } from './libc.ts'
import type { Monitor, MonitorStart, MonitorStats } from './monitor.ts'
import { WatchTable } from './watch-table.ts'

/**
 * One mark for each file system that the tree lies on, and no watch per directory; the queue has no limit. Needs CAP_SYS_ADMIN.
 *
 * Events name directories by their file handles. Arming a directory puts its handle into a table: whatever happens in another
 * one is of no interest, and is dropped by one look-up. Directories on a file system that cannot be marked are watched by inotify.
 */
export function createFanotifyMonitor(libc: Libc): Monitor {
  return new FanotifyMonitor(groupOf(libc), createInotifyMonitor(libc))
}

const groups = new WeakMap<Libc, FanotifyGroup>()

function groupOf(libc: Libc): FanotifyGroup {
  const known = groups.get(libc) ?? new FanotifyGroup(libc)
  groups.set(libc, known)
  return known
}

class FanotifyMonitor implements Monitor, GroupMember {
  readonly name = 'fanotify'
  readonly guarantee = 'no-loss'
  readonly handles = new HandleTable()
  readonly #group: FanotifyGroup
  /** Directories by the numbers of their handles. */
  readonly #table = new WatchTable()
  /** Guards the root and what is mounted, whose end no mark tells; and watches what cannot be marked. */
  readonly #inotify: InotifyMonitor
  readonly #watched = new Set<DirId>()
  /** Of each mount that was met, the directory that is guarded. */
  readonly #guarded = new Map<number, DirId>()
  readonly #warned = new Set<number>()
  #options: MonitorStart | undefined
  #eventsBefore = 0
  #losses = 0

  constructor(group: FanotifyGroup, inotify: InotifyMonitor) {
    this.#group = group
    this.#inotify = inotify
  }

  start(options: MonitorStart): void {
    this.#options = options
    const errno = this.#group.join(this)
    if (errno !== 0) throw cannotOpen(errno)
    this.#eventsBefore = this.#group.events
    const refusal = this.#group.cover(options.root, true)
    try {
      if (isRefused(refusal)) throw cannotMark(refusal, toText(options.root))
      void this.#inotify.start({ ...options, sink: (hint) => this.#byInotify(hint) })
    } catch (error) {
      this.#group.leave(this)
      throw error
    }
  }

  arm(dir: DirId, absolutePath: RawPath): 'armed' | 'gone' | 'limit' {
    const errno = this.#group.cover(absolutePath, dir === ROOT_DIR)
    if (isNoDirectory(errno)) return 'gone'
    if (errno !== 0) return this.#watch(dir, absolutePath, errno)
    if (this.#watched.delete(dir)) this.#inotify.disarm(dir)
    const { words, mount } = this.#group.handles
    const orphan = this.#table.assign(dir, this.handles.add(words, 0))
    if (orphan !== undefined) this.handles.remove(orphan)
    // Directories are read from above, so the first one of a mount is the one that it is mounted on.
    if (dir === ROOT_DIR || !this.#guarded.has(mount)) this.#guard(dir, absolutePath, mount)
    return 'armed'
  }

  disarm(dir: DirId): void {
    const orphan = this.#table.release(dir)
    if (orphan !== undefined) this.handles.remove(orphan)
    let isKnownToInotify = this.#watched.delete(dir)
    for (const [mount, guarded] of this.#guarded) {
      if (guarded !== dir) continue
      this.#guarded.delete(mount)
      isKnownToInotify = true
    }
    if (isKnownToInotify) this.#inotify.disarm(dir)
  }

  drain(): void {
    this.#group.read()
    this.#inotify.drain()
  }

  stats(): MonitorStats {
    const inotify = this.#inotify.stats()
    return {
      watches: this.#table.size + this.#watched.size,
      events: this.#group.events - this.#eventsBefore + inotify.events,
      losses: this.#losses + inotify.losses,
    }
  }

  stop(): Promise<void> {
    this.#group.leave(this)
    this.#forget()
    return this.#inotify.stop()
  }

  event(directory: number, mask: number, name: RawPath): void {
    for (const dir of this.#table.directories(directory)) {
      if (name === '') this.#options!.sink({ type: 'directory', dir })
      else
        this.#options!.sink({
          type: 'entry',
          dir,
          name,
          content: (mask & (FAN.MODIFY | FAN.CLOSE_WRITE)) !== 0,
          writing: isWriting(mask),
          ...((mask & MOVED) !== 0 && { moved: true }),
          ...((mask & FAN.CREATE) !== 0 && { made: true }),
        })
    }
  }

  lost(why: 'overflow' | 'unresolved'): void {
    this.#losses++
    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why })
  }

  /** `lost` makes the tree arm everything again. */
  broken(errno: number, openErrno: number): void {
    this.#losses++
    this.#forget()
    if (openErrno !== 0) {
      this.#options!.warn(
        `Watching has stopped: fanotify failed (${nameOfErrno(errno)}) and cannot be opened again (${nameOfErrno(openErrno)}).`,
      )
    }
    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why: 'error' })
  }

  #forget(): void {
    this.#table.clear()
    this.handles.clear()
  }

  /** A directory on a file system that cannot be marked. */
  #watch(dir: DirId, path: RawPath, errno: number): 'armed' | 'gone' | 'limit' {
    const orphan = this.#table.release(dir)
    if (orphan !== undefined) this.handles.remove(orphan)
    const answer = this.#inotify.arm(dir, path)
    if (answer === 'gone') return answer
    if (answer === 'armed') this.#watched.add(dir)
    if (!this.#warned.has(errno)) {
      this.#warned.add(errno)
      const { message, why } = cannotMark(errno, toText(path))
      this.#options!.warn(`${message} ${why} Directories there are watched by inotify, one by one.`)
    }
    return answer
  }

  #guard(dir: DirId, path: RawPath, mount: number): void {
    this.#guarded.set(mount, dir)
    this.#inotify.guard(dir, path)
  }

  #byInotify(hint: Hint): void {
    const { sink } = this.#options!
    if (hint.type !== 'lost') return sink(hint)
    if (hint.why === 'error') this.#guarded.clear() // the guards are gone, and are set again with the next arms
    // While it only guards, nothing can have been lost but news of the root, and of mounts, which are compared by the engine.
    if (hint.why === 'overflow' && this.#watched.size === 0) sink({ type: 'root', state: 'replaced' })
    else sink(hint)
  }
}

const MOVED = FAN.RENAME | FAN.MOVED_FROM | FAN.MOVED_TO

/** A file that was made or written to, and not closed since: more is to come, most likely at once. */
function isWriting(mask: number): boolean {
  return (mask & (FAN.CREATE | FAN.MODIFY)) !== 0 && (mask & (FAN.CLOSE_WRITE | MOVED | FAN.DELETE | FAN.ONDIR)) === 0
}
