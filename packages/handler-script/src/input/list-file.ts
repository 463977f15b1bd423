import type { Delivery } from '../delivery.ts'
import { macrosIn } from '../macros.ts'
import type { Outcome } from '../outcome.ts'

/** Gives a list to a run: in a file when the command names it, else on stdin. */
export async function withList(
  { round, planned }: Delivery,
  content: Uint8Array,
  run: (list: string | undefined, input: Uint8Array | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  if (!macrosIn(planned.command.words).includes('list')) return run(undefined, content)
  return round.job.lists.with([content], ([list]) => run(list, undefined))
}
