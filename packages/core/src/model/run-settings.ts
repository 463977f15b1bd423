/** How the process as a whole runs: what is no matter of a single task. */
export interface RunSettings {
  /** `live`: until a signal. `once`: until what differed was tried. `until-idle`: until nothing is left, retries included. */
  readonly mode: 'live' | 'once' | 'until-idle'
  /** Ends after that many rounds of every target; `undefined`: never for that reason. */
  readonly maxRounds: number | undefined
  /** What is waiting at the end has this long to be sent; then it is left to the next start. */
  readonly drainMs: number
  /** Run when all is sent and clsync is about to end; what it changes is sent, too. */
  readonly beforeLast: Command | undefined
  /** Run after the last sync, when everything went well. */
  readonly after: Command | undefined
  /** Absolute path of a file that holds the number of the process while it runs. */
  readonly pidFile: string | undefined
  /** Absolute path of a file that holds how things stand, in a word, while it runs. */
  readonly statusFile: string | undefined
  /** Leaves the terminal as soon as the tasks have begun. */
  readonly background: boolean
  readonly logTo: LogTo
}

/** Text for the shell, or a program and its arguments. */
export type Command = string | readonly string[]

export const LOG_TARGETS = ['stdout', 'stderr', 'syslog', 'journal'] as const
export type LogTo = (typeof LOG_TARGETS)[number]
