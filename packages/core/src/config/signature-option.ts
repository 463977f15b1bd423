import { z } from 'zod'
import { SIGNATURE_FIELDS, type SignatureField } from '../model/signature.ts'

const KNOWN = `${SIGNATURE_FIELDS.join(', ')}, or * for all but nlink`

/** Fields of a modification signature, as a list or with commas between. */
export const signatureOption = z
  .custom<string | readonly string[]>((given) => fieldsOf(given) !== undefined, { error: `expected some of ${KNOWN}` })
  .transform((given) => fieldsOf(given) ?? [])
  .meta({ accepts: 'a list of fields such as `size, mtime`' })

function fieldsOf(given: unknown): SignatureField[] | undefined {
  const words = typeof given === 'string' ? given.split(',').map((word) => word.trim()) : given
  if (!Array.isArray(words) || words.length === 0) return undefined
  const fields = words.flatMap((word) => (word === '*' ? ALL : [word as SignatureField]))
  return fields.every((field) => SIGNATURE_FIELDS.includes(field)) ? [...new Set(fields)] : undefined
}

const ALL = SIGNATURE_FIELDS.filter((field) => field !== 'nlink')
