import type { InputName } from '../input-name.ts'

/** A mode of the C clsync. */
export interface Preset {
  readonly input: InputName
  /** Run when no command is named; empty: one has to be. */
  readonly program: readonly string[]
  /** What follows the program by default. */
  readonly arguments: readonly string[]
  /** A line of its list. */
  readonly line?: string
  /** `%TYPE%`. */
  readonly syncType: string
  /** Paths are absolute. */
  readonly absolute: boolean
  /** How the root is named among the paths of the first sync; `undefined`: it is not. */
  readonly rootPath?: string
  /** Words of one command line at most. */
  readonly maxArguments?: number
  /** `$CLSYNC_ITERATION` of the first sync. */
  readonly firstIteration: number
  /** Exit codes that it forgives. */
  readonly okCodes: readonly number[]
}
