import type { Change, FailedPath } from '@clsync/core/handler'

/** What became of changes. All that is not named has arrived. */
export interface Outcome {
  readonly failed: readonly FailedPath[]
  readonly stale: readonly string[]
  /** The run as a whole went wrong: others will hardly fare better. */
  readonly broken: boolean
}

export const ALL_DONE: Outcome = { failed: [], stale: [], broken: false }

/** All of them have failed for one reason. */
export function allFailed(changes: readonly Change[], error: unknown, broken = true): Outcome {
  return { failed: changes.map(({ path }) => ({ path, error })), stale: [], broken }
}

/** One after the other. */
export function merge(outcomes: readonly Outcome[]): Outcome {
  return {
    failed: outcomes.flatMap(({ failed }) => failed),
    stale: outcomes.flatMap(({ stale }) => stale),
    broken: outcomes.some(({ broken }) => broken),
  }
}
