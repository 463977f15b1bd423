import type { End } from './process.ts'

export type Verdict = 'ok' | 'retry' | 'halt'

/**
 * What the end of a run means. By default 0 is fine and all else is tried again, above all the end by a signal: whatever killed it, its
 * work is not known to be done.
 */
export function verdictOf(
  { exitCode, timedOut }: End,
  policy: Readonly<Record<string, Verdict | undefined>>,
  okCodes: readonly number[] = [],
): Verdict {
  if (timedOut) return 'retry'
  if (exitCode === undefined) return policy['signal'] === 'halt' ? 'halt' : 'retry'
  return policy[exitCode] ?? (exitCode === 0 || okCodes.includes(exitCode) ? 'ok' : 'retry')
}
