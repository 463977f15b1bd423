import type { Change } from '@clsync/core/handler'
import type { Pass } from './pass.ts'
import { bytesOf } from './path.ts'
import { Sheet } from './sheet.ts'

/**
 * Renames at the target, whatever lies below, and returns the changes whose attributes and content are still to be brought. What
 * cannot be renamed has failed; clsync sends it as content then and deletes the old.
 */
export async function applyMoves(pass: Pass, moves: readonly Change[]): Promise<Change[]> {
  const { target, moved } = pass.place
  if (moves.length === 0) return []
  const before = moved.get(pass.batch.id) ?? new Set()
  moved.delete(pass.batch.id)
  moved.set(pass.batch.id, before)
  for (const [oldest] of moved) if (moved.size > MOST_BATCHES) moved.delete(oldest)
  if (!target.hasHand) {
    for (const { path } of moves)
      pass.fail(path, new Error('Nothing can be renamed at this target; it is sent and the old one is deleted.'))
    return []
  }
  pass.place.trustsTarget = false // another file of this size and time may lie there now
  const sheet = new Sheet()
  const numbered = moves.map((move) => ({
    move,
    number: sheet.add({ do: 'move', from: bytesOf(move.from ?? ''), path: bytesOf(move.path) }),
  }))
  for (const { from, path } of moves) pass.place.unfinished.follow(bytesOf(from ?? ''), bytesOf(path))
  const answers = await target.perform(sheet, pass.signal)
  const done: Change[] = []
  for (const { move, number } of numbered) {
    if (answers.ok.has(number) || (answers.moved.has(number) && before.has(move.path))) {
      before.add(move.path)
      pass.moved(move.from ?? '', move.path)
      done.push(move)
    } else {
      const reason = answers.unmoved.get(number) ?? 'it is not at the target'
      pass.fail(move.path, new Error(`"${move.from}" cannot be renamed to "${move.path}" at the target: ${reason}`))
    }
  }
  return done
}

const MOST_BATCHES = 16
