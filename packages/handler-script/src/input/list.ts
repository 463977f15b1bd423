import type { Change } from '@clsync/core/handler'
import { toBytes } from '../bytes.ts'
import { environmentOf } from '../environment.ts'
import { execute } from '../execute.ts'
import { expandText, type Values } from '../macros.ts'
import { allFailed, merge, type Outcome } from '../outcome.ts'
import { batchValues, changeValues } from '../values.ts'
import { type Delivery, told } from '../delivery.ts'
import { withList } from './list-file.ts'

/** A line for each change. A path with a newline in it cannot stand in such a list, and fails. */
export async function deliverList(delivery: Delivery): Promise<Outcome> {
  const { changes } = delivery
  const broken = changes.filter(({ path, from }) => path.includes('\n') || from?.includes('\n') === true)
  if (broken.length === 0) return deliverLines(delivery, '\n')
  const left = changes.filter((change) => !broken.includes(change))
  const refused = allFailed(broken, new Error(NO_NEWLINES), false)
  return left.length === 0 ? refused : merge([refused, await deliverLines({ ...delivery, changes: left }, '\n')])
}

/** A NUL after each: it carries every name. */
export function deliverList0(delivery: Delivery): Promise<Outcome> {
  return deliverLines(delivery, '\0')
}

function deliverLines(delivery: Delivery, end: '\n' | '\0'): Promise<Outcome> {
  const { round, planned, changes } = delivery
  const values = batchValues(round)
  const content = toBytes(
    told(delivery)
      .map((change) => lineFor(change, values, delivery) + end)
      .join(''),
  )
  return withList(delivery, content, (list, input) =>
    execute({ ...{ round, command: planned.command, changes, input, env: environmentOf(round) }, values: { ...values, list } }),
  )
}

function lineFor(change: Change, values: Values, { round }: Delivery): string {
  return expandText(round.job.plan.line, { ...values, ...changeValues(change, round) })
}

const NO_NEWLINES =
  'Its name has a newline, which cannot stand in a list of lines. Use the input list0 or json, which carry every name.'
