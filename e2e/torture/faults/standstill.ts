import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** It stands still while life goes on, and its queue fills. */
export function standstill(field: Field): Fault {
  return {
    strike: () => field.running.kill('SIGSTOP'),
    heal: () => field.running.kill('SIGCONT'),
  }
}
