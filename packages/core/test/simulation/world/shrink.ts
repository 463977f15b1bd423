import type { History } from './history.ts'
import type { Operation } from './operations.ts'
import { type Outcome, simulate } from './simulation.ts'

/** The shortest history found that still goes wrong, with its outcome. */
export async function shrink(history: History, outcome: Outcome): Promise<{ history: History; outcome: Outcome }> {
  let best = { history, outcome }
  const attempt = async (operations: readonly Operation[]): Promise<boolean> => {
    const shorter = { ...history, operations }
    const result = await simulate(shorter)
    if (result.broken === undefined) return false
    best = { history: shorter, outcome: result }
    return true
  }
  for (let size = Math.ceil(best.history.operations.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.history.operations.length;) {
      const { operations } = best.history
      const isShorter = await attempt([...operations.slice(0, at), ...operations.slice(at + size)])
      if (!isShorter) at += size
    }
  }
  // What took time may as well take none.
  for (const [index, operation] of best.history.operations.entries()) {
    if (operation.gapMs > 0) await attempt(best.history.operations.with(index, { ...operation, gapMs: 0 }))
  }
  return best
}
