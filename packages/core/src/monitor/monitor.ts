import type { DirId } from '../model/entry.ts'
import type { DirectoryIndex, Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'

type MonitorName = 'inotify' | 'fanotify' | 'parcel' | 'poll'

/**
 * Where hints come from. A monitor never looks at files by itself; it only says where to look.
 *
 * The contract that makes the whole lossless: for each armed directory every change after `arm` returned leads to a hint
 * for that directory, for one above it, or to `lost`. `no-loss` monitors keep it always; `best-effort` ones usually, and
 * the engine verifies behind them.
 */
export interface Monitor {
  readonly name: MonitorName | (string & {})
  readonly guarantee: 'no-loss' | 'best-effort'
  /** Called once, before the first `arm`. `sink` is called synchronously, from the event loop or from `drain`. */
  start(options: MonitorStart): void | Promise<void>
  /**
   * Watches one directory; called before the directory is read, each time it is read. `dir` keeps naming this directory
   * when it is renamed. `limit`: no watch could be had, the caller has to poll it.
   */
  arm(dir: DirId, absolutePath: RawPath): 'armed' | 'gone' | 'limit'
  /** The directory has left the tree. */
  disarm(dir: DirId): void
  /** Hands over, synchronously, every hint whose change happened before the call (where the system can tell). */
  drain(): void
  stats(): MonitorStats
  /** After it no hint comes. Never rejects. */
  stop(): Promise<void>
}

export interface MonitorStart {
  /** Absolute, raw. */
  readonly root: RawPath
  readonly directories: DirectoryIndex
  readonly sink: (hint: Hint) => void
  /** Something a person should know (a limit, a fallback). */
  readonly warn: (message: string) => void
}

export interface MonitorStats {
  /** Directories watched now. */
  readonly watches: number
  /** Kernel events read since the start. */
  readonly events: number
  /** Times that the kernel or library said that events were dropped. */
  readonly losses: number
}
