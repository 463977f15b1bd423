import { setTimeout as pause } from 'node:timers/promises'

export interface UntilOptions {
  readonly timeoutMs?: number
  readonly intervalMs?: number
  /** Said with the failure. */
  readonly also?: () => string
}

/** Asks again and again until there is an answer other than `undefined` and `false`; throws when none came in time. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  { timeoutMs = 20_000, intervalMs = 15, also = () => '' }: UntilOptions = {},
): Promise<Answer> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const asked = performance.now()
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.\n${also()}`)
    // What takes long is not asked all the time: others are to get on.
    await pause(Math.max(intervalMs, 2 * (performance.now() - asked)))
  }
}
