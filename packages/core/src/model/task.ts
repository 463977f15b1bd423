import type { Handler } from '../handler.ts'
import type { Kind } from './entry.ts'
import type { RawPath } from './path.ts'
import type { SignatureField } from './signature.ts'

/** A task with every option decided: what config resolves to and the engine takes. All of it is frozen data. */
export interface Task {
  /** Shown in logs; names the state directory together with the source. */
  readonly name: string
  /** For handlers and hooks; default the name. */
  readonly label?: string | undefined
  /** Absolute path of the source directory as it was named (the last part, or one above, may be a link), as text. */
  readonly source: string
  /** Absolute path of this task's private state directory; made when missing. */
  readonly stateDir: string
  readonly targets: readonly TargetSpec[]
  readonly rules: Rules
  /** `auto` picks by platform and says why. */
  readonly monitor: 'auto' | 'inotify' | 'fanotify' | 'parcel' | 'poll'
  /** How often the `poll` monitor looks at everything, and uncovered directories are looked at. */
  readonly pollIntervalMs: number
  /** How often the background scrub has compared the whole tree with the disk; 0: never. */
  readonly scrubIntervalMs: number
  readonly schedule: ScheduleOptions
  readonly retry: RetryOptions
  /** A batch that reports no progress for this long is aborted and retried. */
  readonly timeoutMs: number
  readonly maxDelete: MaxDelete
  /** What to do at first contact with entries that the target has and the source lacks. */
  readonly extraneous: 'keep' | 'delete'
  /** Take the root as it is now although it was emptied or replaced, and release held deletes. */
  readonly accept: boolean
  /**
   * The first pass of a run: what differs from what was acked; all of it once more; or, at first contact with a target, nothing, as it
   * is taken to hold what the source holds. `verify`: what was acked and is not so at the target, too. Default `diff`.
   */
  readonly initial?: 'diff' | 'verify' | 'full' | 'skip'
  /** What is mounted below the source: entered, its mount point synced as an empty directory, or left out. Default `enter`. */
  readonly mounts?: 'enter' | 'stop' | 'exclude' | undefined
  /** A known entry has changed only when one of these has. Default: all, and what was hinted at. */
  readonly signature?: readonly SignatureField[] | undefined
  /** The first pass of a run brings what the rules leave out, too. Default false. */
  readonly fullInitialSync?: boolean
  /** Absolute path; while it exists nothing is sent. */
  readonly pauseFile?: string
  readonly dryRun: boolean
  readonly plugins: readonly Plugin[]
}

export interface TargetSpec {
  /** Unique in the task. */
  readonly name: string
  readonly handler: Handler
  /** Parsed by the handler's schema. */
  readonly options: unknown
}

export interface ScheduleOptions {
  /** Collect window: from the first change on, everything that comes within it goes in one batch. 0: at once. */
  readonly delayMs: number
  /** A file must have been quiet for this long before it is sent. 0: no wait. */
  readonly settleMs: number
  /** However busy a path is, it is sent this long after its first change. */
  readonly maxWaitMs: number
  /** Time between the starts of two batches of a target, at least. */
  readonly minIntervalMs: number
  /** Files above the threshold wait for their own, longer window; decided by the size when due. `undefined`: off. */
  readonly bigFile: { readonly thresholdBytes: number; readonly delayMs: number } | undefined
}

export interface RetryOptions {
  /** First wait after a failure; doubles with jitter. */
  readonly minMs: number
  readonly maxMs: number
  /** A target gives up when something has failed this often; absent: never. */
  readonly attempts?: number
}

/** Deletes that would exceed both bounds are held until a person accepts them. `share` of the entries known; 1: never hold. */
export interface MaxDelete {
  readonly share: number
  /** Trees with no more entries than this are never held. */
  readonly above: number
}

/** What is wanted, compiled from the user's rules. */
export interface Rules {
  /** Changes when any rule changes, so that a restart knows. */
  readonly fingerprint: string
  /** Whether an entry is part of the tree. A directory that is not is neither read nor watched. */
  wants(path: RawPath, kind: Kind): boolean
  /** Whether a directory (the root, too) is only a way to what is wanted below it: walked, but not to be synced itself. Default: none is. */
  isPassage?(path: RawPath): boolean
  /**
   * Told of a directory's content when it is read, for rules that live in the tree (`.gitignore`). Returns whether what it said
   * before has changed, so that everything below has to be judged anew. Absent when no such file is asked for.
   */
  directory?(path: RawPath, names: readonly RawPath[]): boolean
}

/** Taps the engine's hooks; syncs nothing. */
export interface Plugin {
  readonly name: string
  apply(hooks: unknown): void
}
