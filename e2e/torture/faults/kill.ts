import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** `kill -9`; life goes on until it is started again. */
export function kill(field: Field): Fault {
  return { strike: () => field.kill(), heal: () => undefined }
}
