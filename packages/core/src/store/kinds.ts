import type { Kind } from '../model/entry.ts'

/** Kinds as the database holds them: the index here. Never reordered. */
const KINDS = ['unknown', 'file', 'directory', 'symlink', 'other'] as const

export function kindNumber(kind: Kind | 'unknown'): number {
  return KINDS.indexOf(kind)
}

export function kindOfNumber(number: number): Kind | 'unknown' {
  return KINDS[number] ?? 'unknown'
}
