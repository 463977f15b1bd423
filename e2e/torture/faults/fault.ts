import type { Field } from '../field.ts'
import type { Weights } from '../repertoire.ts'

/** One way to make life hard for a contender. */
export interface FaultClass {
  readonly name: string
  /** What the writers do more or less often than elsewhere. */
  readonly weights?: Weights
  /** How many of the names are awkward, from 0 to 1. */
  readonly awkward?: number
  /** Whether the contender sees every change as it happens; where not, a write through a map is also told by its time. */
  readonly isWatchful?: boolean
  /** Whether the contender loses what it remembers. */
  readonly isForgetful?: boolean
  /** Whether the writers have to leave everything readable for its owner, and owners alone. */
  readonly isUnprivileged?: boolean
  /** Whether it is also killed now and then, which every class is unless it says no. */
  readonly isKilled?: boolean
  /** Why it cannot be had here, with this contender. */
  lacks?(field: Pick<Field, 'contender'>): string | undefined
  /** Made for each seed, before the first start. */
  fault?(field: Field): Fault | Promise<Fault>
}

/** Something that befalls a contender for a while. */
export interface Fault {
  /** Whether the contender may end by itself while it lasts; it is started again afterwards, as a person would. */
  readonly mayEnd?: boolean
  /** What the contender may complain of in the end. */
  readonly complaint?: RegExp
  strike(): void | Promise<void>
  /** The contender may be dead, and is started again after that. */
  heal(): void | Promise<void>
}
