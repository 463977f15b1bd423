import { type DirId, ROOT_DIR } from '../model/entry.ts'
import { ClsyncError } from '../model/error.ts'
import { type RawPath, nameOf, parentOf, toText } from '../model/path.ts'
import { IN, InotifyQueue } from './inotify-queue.ts'
import { ERRNO, type InotifyCalls, isNoDirectory, nameOfErrno } from './libc.ts'
import type { Monitor, MonitorStart, MonitorStats } from './monitor.ts'
import { explainInstanceLimit, explainWatchLimit, readWatchLimits } from './watch-limits.ts'
import { WatchTable } from './watch-table.ts'

/** A monitor that can also tell of no more than the end of a directory. */
export interface InotifyMonitor extends Monitor {
  /** Instead of `arm`: a directory that others watch is told of when it goes, is unmounted or is renamed, and of the root what becomes of it. */
  guard(dir: DirId, absolutePath: RawPath): void
}

/**
 * One inotify watch per directory, read from the event loop without a thread. Unprivileged, on any local file system, and the
 * kernel says so when it drops events.
 */
export function createInotifyMonitor(libc: InotifyCalls): InotifyMonitor {
  return new Watcher(libc)
}

class Watcher implements InotifyMonitor {
  readonly name = 'inotify'
  readonly guarantee = 'no-loss'
  readonly #table = new WatchTable()
  readonly #queue: InotifyQueue
  #options: MonitorStart | undefined
  /** Watch on the directory above the root, for the root's own coming and going. */
  #above = NO_WATCH
  #rootName = '' as RawPath
  /** The last thing said about the root since it was armed, so that the kernel's several ways to say it give one hint. */
  #rootSaid: 'gone' | 'replaced' | 'unmounted' | undefined
  #losses = 0
  readonly #warned = new Set<number>()

  constructor(libc: InotifyCalls) {
    this.#queue = new InotifyQueue(libc, (watch, mask, name) => this.#event(watch, mask, name))
  }

  start(options: MonitorStart): void {
    this.#options = options
    this.#rootName = nameOf(options.root)
    const error = this.#open()
    if (error !== 0) throw cannotOpen(error)
  }

  arm(dir: DirId, absolutePath: RawPath): 'armed' | 'gone' | 'limit' {
    const watch = this.#queue.add(absolutePath, dir === ROOT_DIR ? ROOT_MASK : MASK)
    // A watch that the directory has already is kept: it may have moved, and its path be known again soon.
    if (watch < 0) return this.#cannotArm(-watch, absolutePath)
    this.#assign(dir, watch, absolutePath)
    return 'armed'
  }

  guard(dir: DirId, absolutePath: RawPath): void {
    const watch = this.#queue.add(absolutePath, dir === ROOT_DIR ? SELF_MASK : SELF_MASK | IN.DONT_FOLLOW)
    if (watch >= 0) this.#assign(dir, watch, absolutePath)
  }

  disarm(dir: DirId): void {
    const orphan = this.#table.release(dir)
    if (orphan !== undefined) this.#remove(orphan)
  }

  drain(): void {
    const error = this.#queue.read()
    if (error !== 0) this.#reopen(error)
  }

  stats(): MonitorStats {
    return { watches: this.#table.size, events: this.#queue.events, losses: this.#losses }
  }

  stop(): Promise<void> {
    this.#queue.close()
    this.#table.clear()
    this.#above = NO_WATCH
    return Promise.resolve()
  }

  #assign(dir: DirId, watch: number, path: RawPath): void {
    const orphan = this.#table.assign(dir, watch)
    if (orphan !== undefined) this.#remove(orphan)
    if (dir === ROOT_DIR) this.#watchAbove(path)
  }

  #event(watch: number, mask: number, name: RawPath): void {
    if ((mask & IN.Q_OVERFLOW) !== 0) {
      this.#losses++
      this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why: 'overflow' })
      return
    }
    if (watch === this.#above) this.#aboveEvent(mask, name)
    // An unknown watch is one that was removed while events of it stood in the queue. Its directory has left the tree, or was
    // armed anew and read after that: either way nobody relies on these events.
    for (const dir of this.#table.directories(watch)) {
      if (name === '') this.#selfEvent(dir, mask)
      else
        this.#options!.sink({
          type: 'entry',
          dir,
          name,
          content: (mask & (IN.MODIFY | IN.CLOSE_WRITE)) !== 0,
          writing: isWriting(mask),
          ...((mask & (IN.MOVED_FROM | IN.MOVED_TO)) !== 0 && { moved: true }),
          ...((mask & IN.CREATE) !== 0 && { made: true }),
        })
    }
    if (name === '' && (mask & IN.IGNORED) !== 0) this.#table.forget(watch)
  }

  /** Something happened to a watched directory itself: to its mode or owner, or it went away, or its watch did. */
  #selfEvent(dir: DirId, mask: number): void {
    const { sink } = this.#options!
    if (dir === ROOT_DIR) {
      if ((mask & IN.UNMOUNT) !== 0) this.#sayRoot('unmounted')
      // Nothing new after what the directory above has told; it may have told of a new root since.
      else if ((mask & (IN.DELETE_SELF | IN.MOVE_SELF | IN.IGNORED)) !== 0) this.#sayRoot(this.#rootSaid ?? 'gone')
      else sink({ type: 'directory', dir })
    } else if ((mask & IN.UNMOUNT) !== 0) {
      // What lies under the mount point comes to light.
      sink({ type: 'tree', dir })
    } else {
      // The parent's watch reports this as an entry too, except for what is mounted here. When the watch has gone (IGNORED), a
      // look finds the directory gone, or arms it again.
      sink({ type: 'directory', dir })
    }
  }

  #aboveEvent(mask: number, name: RawPath): void {
    if (name === this.#rootName) {
      if ((mask & (IN.DELETE | IN.MOVED_FROM)) !== 0) this.#sayRoot('gone')
      if ((mask & (IN.CREATE | IN.MOVED_TO)) !== 0) this.#sayRoot('replaced')
    } else if ((mask & IN.IGNORED) !== 0) {
      this.#above = NO_WATCH
    }
  }

  #sayRoot(state: 'gone' | 'replaced' | 'unmounted'): void {
    if (this.#rootSaid === state) return
    this.#rootSaid = state
    this.#options!.sink({ type: 'root', state })
  }

  /**
   * A deleted root reports nothing by itself for as long as some process works in it or holds it open, and a new directory in
   * its place never does. The directory above reports both.
   */
  #watchAbove(root: RawPath): void {
    this.#rootSaid = undefined
    if (root === '/') return
    // A parent that may not be read (negative) leaves the root without this guard; the tree still finds out when it looks.
    const watch = Math.max(NO_WATCH, this.#queue.add((parentOf(root) || '/') as RawPath, ABOVE_MASK))
    if (watch === this.#above) return
    const before = this.#above
    this.#above = watch
    if (before !== NO_WATCH) this.#remove(before)
  }

  /** Watches may be shared: one is dropped only when neither a directory nor the root's guard uses it. */
  #remove(watch: number): void {
    if (watch !== this.#above && !this.#table.has(watch)) this.#queue.remove(watch)
  }

  #cannotArm(errno: number, path: RawPath): 'gone' | 'limit' {
    if (isNoDirectory(errno)) return 'gone'
    if (!this.#warned.has(errno)) {
      this.#warned.add(errno)
      this.#options!.warn(this.#explain(errno, path))
    }
    return 'limit'
  }

  #explain(errno: number, path: RawPath): string {
    if (errno !== ERRNO.ENOSPC) {
      return `Cannot watch "${toText(path)}" (${nameOfErrno(errno)}). It is polled instead, and so are others with the same error.`
    }
    const { message, why, fix } = explainWatchLimit(readWatchLimits(), { held: this.#table.size })
    return `${message} Directories without a watch are polled instead. ${why} ${fix}`
  }

  #open(): number {
    return -this.#queue.open((errno) => this.#reopen(errno))
  }

  /** The descriptor cannot be read any more. With a new one all watches are gone, and `lost` makes the tree arm everything again. */
  #reopen(errno: number): void {
    this.#losses++
    this.#queue.close()
    this.#table.clear()
    this.#above = NO_WATCH
    const error = this.#open()
    if (error !== 0) {
      this.#options!.warn(
        `Watching has stopped: inotify failed (${nameOfErrno(errno)}) and cannot be opened again (${nameOfErrno(error)}).`,
      )
    }
    this.#options!.sink({ type: 'lost', dir: ROOT_DIR, why: 'error' })
  }
}

function cannotOpen(errno: number): ClsyncError {
  if (errno === ERRNO.EMFILE) return new ClsyncError('MONITOR_UNAVAILABLE', explainInstanceLimit(readWatchLimits()))
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: `inotify cannot be opened: ${nameOfErrno(errno)}.`,
    fix: "Set monitor: 'poll' to do without it.",
  })
}

const NO_WATCH = -1

/**
 * CLOSE_WRITE beside MODIFY, because what is written through a memory map shows by nothing else. Not EXCL_UNLINK: file systems
 * that drop and look up names anew (network, FUSE, overlay) would make the kernel take a file for unlinked and hold its events
 * back.
 */
const ROOT_MASK =
  IN.MODIFY |
  IN.ATTRIB |
  IN.CLOSE_WRITE |
  IN.MOVED_FROM |
  IN.MOVED_TO |
  IN.CREATE |
  IN.DELETE |
  IN.DELETE_SELF |
  IN.MOVE_SELF |
  IN.ONLYDIR

/** Below the root a symlink is never followed, also when one has just taken a directory's place. */
const MASK = ROOT_MASK | IN.DONT_FOLLOW

/** MASK_ADD, so that a directory that is watched keeps what it is watched for. */
const SELF_MASK = IN.DELETE_SELF | IN.MOVE_SELF | IN.ONLYDIR | IN.MASK_ADD

/** MASK_ADD, so that the directory above the root, where it is mounted within the tree too, is not left with this lesser mask. */
const ABOVE_MASK = IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO | IN.ONLYDIR | IN.MASK_ADD

/** A file that was made or written to, and not closed since: more is to come, most likely at once. */
function isWriting(mask: number): boolean {
  return (mask & (IN.CREATE | IN.MODIFY)) !== 0 && (mask & (IN.CLOSE_WRITE | IN.MOVED_TO | IN.DELETE | IN.ISDIR)) === 0
}
