import type { Fault } from './fault.ts'
import type { Field } from '../field.ts'

/** It stands still, and its queue fills. */
export function stop(field: Field): Fault {
  return {
    strike: () => field.running.kill('SIGSTOP'),
    heal: () => field.running.kill('SIGCONT'),
  }
}
