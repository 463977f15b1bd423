import type { Delivery } from '../delivery.ts'
import type { InputName } from '../input-name.ts'
import type { Outcome } from '../outcome.ts'
import { deliverArgv } from './argv.ts'
import { deliverEach } from './each.ts'
import { deliverJson } from './json.ts'
import { deliverList, deliverList0 } from './list.ts'
import { deliverRsyncLists } from './rsync-lists.ts'

/** Runs a command for its changes, in its way of input. */
export function deliver(delivery: Delivery): Promise<Outcome> {
  return WAYS[delivery.planned.input](delivery)
}

const WAYS: Readonly<Record<InputName, (delivery: Delivery) => Promise<Outcome>>> = {
  each: deliverEach,
  argv: deliverArgv,
  list: deliverList,
  list0: deliverList0,
  json: deliverJson,
  'rsync-lists': deliverRsyncLists,
}
