/** A program that keeps a target equal to a source: clsync, or one of those that it is compared with. */
export interface Contender {
  readonly name: string
  /** Starts it; called again after each kill, on what it left behind. */
  start(place: Place): Running
}

/** Where a contender works. All paths are absolute. */
export interface Place {
  readonly source: string
  readonly target: string
  /** Its config, state and logs go here. */
  readonly folder: string
}

/** A contender at work. */
export interface Running {
  readonly pid: number
  /** Everything written so far, stdout and stderr. */
  readonly output: string
  /** Set when it has ended by itself or was killed. */
  readonly ended: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  /** Waits until it watches; throws when it ends before. */
  ready(): Promise<unknown>
  /** With all processes that it has started. */
  kill(signal?: NodeJS.Signals): void
  end(): Promise<unknown>
}
