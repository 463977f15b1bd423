import type { AckedEntry } from './acked.ts'
import type { RawPath } from './path.ts'
import type { SeenEntry } from './seen.ts'

/** Where a target's copy is out of date. One side at least is there. */
export interface Difference {
  readonly path: RawPath
  /** Absent: the source has nothing here that the target could hold. */
  readonly seen: SeenEntry | undefined
  /** Absent: the target was told of nothing here. */
  readonly acked: AckedEntry | undefined
}

/** How much at and below a touched path may differ between seen and acked. */
export type Scope =
  /** The entry, and what is below when it has come or gone. */
  | 'entry'
  /** The entries of a directory as well. */
  | 'listing'
  /** Everything below. */
  | 'tree'
