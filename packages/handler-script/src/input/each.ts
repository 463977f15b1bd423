import type { Change } from '@clsync/core/handler'
import { environmentOf } from '../environment.ts'
import { execute } from '../execute.ts'
import { merge, type Outcome } from '../outcome.ts'
import { asArgument, batchValues, changeValues } from '../values.ts'
import { type Delivery, rootChange } from '../delivery.ts'

/** One run for each change. With a shell, the path is its first parameter, and where it was before a move the second. */
export async function deliverEach({ round, planned, changes, rootPath }: Delivery): Promise<Outcome> {
  const values = batchValues(round)
  const outcomes: Outcome[] = []
  const one = async (change: Change): Promise<void> => {
    outcomes.push(
      await execute({
        ...{ round, command: planned.command, changes: [change], env: environmentOf(round, change) },
        values: { ...values, ...changeValues(change, round) },
        parameters: [asArgument(change.path), ...(change.from === undefined ? [] : [asArgument(change.from)])],
      }),
    )
  }
  if (rootPath !== undefined) {
    await one(rootChange(rootPath))
    const [failed] = outcomes.splice(0).flatMap((outcome) => outcome.failed)
    if (failed !== undefined) throw failed.error
  }
  for (const group of inOrder(changes)) await atOnce(group, round.job.options.concurrency, one)
  return merge(outcomes)
}

/**
 * Groups of changes that do not depend on each other: deletes go from the deepest upwards, all else from the top downwards, and moves
 * one by one, as all other paths are told relative to them.
 */
function inOrder(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  let last = ''
  for (const change of changes) {
    const key = change.type === 'move' ? `move ${change.path}` : `${change.type === 'delete'} ${change.path.split('/').length}`
    if (key !== last) groups.push([])
    groups.at(-1)?.push(change)
    last = key
  }
  return groups
}

/** Calls for each, so many at a time. The first that rejects ends it, when those under way have settled. */
async function atOnce(changes: readonly Change[], limit: number, one: (change: Change) => Promise<void>): Promise<void> {
  const waiting = changes.values()
  let hasFailed = false
  const lane = async (): Promise<void> => {
    for (const change of waiting) {
      if (hasFailed) return
      try {
        await one(change)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, changes.length) }, lane))
  for (const result of lanes) if (result.status === 'rejected') throw result.reason
}
