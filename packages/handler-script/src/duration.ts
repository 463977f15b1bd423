import { z } from '@clsync/core/handler'

/** A duration as a user writes it: milliseconds, or text with a unit such as `500ms`, `30s`, `10m`, `2h`, `1d`. Becomes milliseconds. */
export const durationSchema = z
  .union([z.number().nonnegative(), z.string().regex(TEXT(), 'Write a duration such as 30s, 10m or 2h.')])
  .transform((given) => (typeof given === 'number' ? given : toMs(given)))

function TEXT(): RegExp {
  return /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/u
}

function toMs(text: string): number {
  const [, amount = '', unit = ''] = TEXT().exec(text) ?? []
  return Number(amount) * (UNITS_MS[unit] ?? Number.NaN)
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
