import { setTimeout as pause } from 'node:timers/promises'
import { differences } from '../stage/tree-state.ts'
import type { Contender, Place } from './contender.ts'
import type { Field } from './field.ts'

/** How a contender came to a right copy once nothing changed any more. */
export interface Convergence {
  /** What is wrong in the end. */
  readonly differences: readonly string[]
  /** What was wrong when it was {@link Contender.isLateAfterMs late}. */
  readonly late: readonly string[]
  readonly ms: number
}

/** Others work on this machine too: only what is still wrong after that is wrong. */
const DEADLINE_MS = 60_000

/** Waits for a right copy. `lookAfter` is called again and again, and throws when all is lost. */
export async function converge({ contender, place, running }: Field, lookAfter: () => void): Promise<Convergence> {
  const { deadlineMs = DEADLINE_MS, isOverAfterMs = deadlineMs, isLateAfterMs = Infinity } = contender
  const start = performance.now()
  let late: readonly string[] = []
  let before = ''
  let over = Infinity
  for (;;) {
    const began = performance.now()
    const found = await compare(contender, place)
    if (found.length === 0 || began > Math.min(start + deadlineMs, over)) return { differences: found, late, ms: began - start }
    if (late.length === 0 && began > start + isLateAfterMs) late = found
    const now = found.join('\n')
    if (now !== before || running.isBusy === true) over = began + isOverAfterMs
    before = now
    lookAfter()
    // Comparing takes its time from everybody else.
    await pause(Math.max(50, 3 * (performance.now() - began)))
  }
}

/** What is wrong with a contender's copy now. */
export async function compare(
  { compare: judge = differences }: Contender,
  { source, target }: Place,
): Promise<readonly string[]> {
  try {
    return await judge(source, target)
  } catch (error) {
    return [`not comparable yet: ${String(error)}`] // the target moved meanwhile
  }
}
