import type { Fault } from './fault.ts'
import type { Field } from '../field.ts'

/** `kill -9`; life goes on until it is started again. */
export function kill(field: Field): Fault {
  return { strike: () => field.kill(), heal: () => undefined }
}
