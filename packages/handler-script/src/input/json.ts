import type { Change } from '@clsync/core/handler'
import { isUtf8, toBytes } from '../bytes.ts'
import { environmentOf } from '../environment.ts'
import { execute } from '../execute.ts'
import type { Outcome } from '../outcome.ts'
import { batchValues } from '../values.ts'
import type { Delivery } from '../delivery.ts'
import { withList } from './list-file.ts'

/** A line of JSON for each change, on stdin or in a list file. */
export function deliverJson(delivery: Delivery): Promise<Outcome> {
  const { round, planned, changes } = delivery
  const content = Buffer.from(changes.map((change) => `${JSON.stringify(describe(change))}\n`).join(''))
  return withList(delivery, content, (list, input) =>
    execute({
      ...{ round, command: planned.command, changes, input, env: environmentOf(round) },
      values: { ...batchValues(round), list },
    }),
  )
}

/**
 * A change as the script reads it. JSON has no bytes: what is not UTF-8 stands in `path` as U+DC80 to U+DCFF, as Python reads and writes
 * it (`os.fsencode`), and besides in `pathBytes`, in base64.
 */
function describe(change: Change): object {
  const { path, from } = change
  return {
    ...change,
    ...(!isUtf8(path) && { pathBytes: toBytes(path).toString('base64') }),
    ...(from !== undefined && !isUtf8(from) && { fromBytes: toBytes(from).toString('base64') }),
  }
}
