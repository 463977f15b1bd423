/** Lifecycle of a target and of the task as a whole. */
export type State = 'starting' | 'initial' | 'running' | 'backoff' | 'paused' | 'halted' | 'draining' | 'stopped' | 'failed'

/** A snapshot of a running task, cheap to take. */
export interface Status {
  readonly task: string
  readonly state: State
  /** Set while halted: what happened and what to do. */
  readonly halt: Halt | undefined
  readonly monitor: MonitorStatus
  readonly tree: TreeStatus
  readonly targets: readonly TargetStatus[]
}

export interface Halt {
  readonly code: string
  readonly message: string
  readonly fix: string
}

export interface MonitorStatus {
  readonly name: string
  readonly guarantee: 'no-loss' | 'best-effort'
  /** Why this one was picked. */
  readonly why: string
  readonly watches: number
  readonly losses: number
  /** Directories without a watch, which are polled. */
  readonly uncovered: number
}

export interface TreeStatus {
  readonly entries: number
  readonly directories: number
  /** Directories that still have to be read. */
  readonly scanning: number
  /** Places that were hinted at and wait for a look. */
  readonly hinted: number
  /** Paths that could not be looked at, and are tried again. */
  readonly unreadable: number
}

export interface TargetStatus {
  readonly name: string
  readonly handler: string
  readonly state: State
  readonly halt: Halt | undefined
  /** Paths known to wait, be retried or be in flight; whole directories count as one. */
  readonly pending: number
  readonly inFlight: number
  readonly heldDeletes: number
  /** Entries found at the target at first contact that the source lacks, and that were kept. */
  readonly kept: number
  readonly synced: Totals
  readonly problems: readonly Problem[]
  /** All of them; `problems` is cut. */
  readonly problemCount: number
}

export interface Totals {
  readonly batches: number
  readonly changes: number
  readonly bytes: number
  /** Batches after which nothing else was due: what was due together counts once, however many batches it took. */
  readonly rounds: number
}

/** A path that could not be synced. Shown and retried, never fatal. */
export interface Problem {
  readonly path: string
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly attempts: number
}
