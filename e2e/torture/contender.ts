import type { Server } from './destination.ts'
import type { Random } from './random.ts'

/** A program that keeps a target equal to a source: clsync, or one of those that it is compared with. */
export interface Contender {
  readonly name: string
  /** Says what is wrong with its copy, one line for each; by default everything that is not exact. */
  readonly compare?: (source: string, target: string) => readonly string[] | Promise<readonly string[]>
  /** A copy that is wrong and has not changed for so long, while it did nothing, stays wrong; by default the deadline decides. */
  readonly isOverAfterMs?: number
  /** What is still wrong after that was lost, whether or not a background comparison makes it good later. */
  readonly isLateAfterMs?: number
  /** From the last change of the source on. */
  readonly deadlineMs?: number
  /** Whether it is started again whenever it ends by itself, as a supervisor would. Each time is counted; without, it is a failure. */
  readonly isSupervised?: boolean
  /** Whether it promises to write nothing into what has taken the place of the target. */
  readonly isCareful?: boolean
  /** Whether it lives on the watches that a user is allowed; one that does not may be left out where they run out. Default true. */
  readonly needsWatches?: boolean
  /** What its copy goes through; without one there are no faults of it. */
  readonly server?: Server
  /** Writes its config, once, before the first start. */
  prepare?(place: Place, terms: Terms): void
  /** Starts it; called again after each kill, on what it left behind. */
  start(place: Place, launch: Launch): Running
  /** Files that hold what it must remember; for those without, there are no faults of the state. */
  stateFiles?(place: Place): readonly string[]
  /** Says what is wrong with how a second one of it ended, that was started beside it; `undefined` when it refused in order. */
  refusal?(second: Running): string | undefined
}

/** Where a contender works. All paths are absolute. */
export interface Place {
  readonly source: string
  readonly target: string
  /** Its config, state and logs go here. */
  readonly folder: string
  /** Its state goes here: a directory that is there and may be a mount. */
  readonly state: string
}

/** What a config may depend on. */
interface Terms {
  /** For what may differ from seed to seed; the writers draw from another one. */
  readonly random: Random
  /** Whether its state is lost on the way: what the target has too much at first contact has to go then. */
  readonly isForgetful: boolean
}

/** How the process is to be started; faults decide. */
export interface Launch {
  /** Words before the command. */
  readonly prefix: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A contender at work. */
export interface Running {
  readonly pid: number
  /** Everything written so far, stdout and stderr. */
  readonly output: string
  /** Set when it has ended by itself or was killed. */
  readonly ended: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  /** Whether it is at work, as far as one can tell from outside. */
  readonly isBusy?: boolean
  /** Waits until it watches; throws when it ends before. */
  ready(): Promise<unknown>
  /** With all processes that it has started. */
  kill(signal?: NodeJS.Signals): void
  end(): Promise<unknown>
  /** Stops it in order and says what is wrong with how it ended. Without, it is killed at the end. */
  stop?(): Promise<readonly string[]>
}
