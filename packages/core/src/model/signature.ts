import type { Observation } from './entry.ts'

/** What of an entry may be compared to tell whether it has changed. */
export const SIGNATURE_FIELDS = ['dev', 'ino', 'mode', 'nlink', 'uid', 'gid', 'size', 'mtime', 'ctime'] as const
export type SignatureField = (typeof SIGNATURE_FIELDS)[number]

const KEYS = { size: 'sizeBytes', mtime: 'mtimeMs', ctime: 'ctimeMs' } as const satisfies Partial<
  Record<SignatureField, keyof Observation>
>

/** Whether all the fields are equal. */
export function sameSignature(fields: readonly SignatureField[], a: Observation, b: Observation): boolean {
  return fields.every((field) => {
    const key = field === 'size' || field === 'mtime' || field === 'ctime' ? KEYS[field] : field
    return a[key] === b[key]
  })
}
