import { checkOptions } from './option-check.ts'
import { optionFields } from './option-fields.ts'

/** What a user may say about a script target. */
export const scriptOptions = optionFields.superRefine(checkOptions)
