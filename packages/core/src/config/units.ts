import { z } from 'zod'

/** A length of time as users write it: a number of milliseconds, or text with a unit (`50ms`, `2s`, `1.5h`, `1m30s`). */
export type Duration = number | string
/** A number of bytes as users write it: a number, or text with a unit (`128MiB`, `10MB`, `64k`). */
export type Size = number | string
/** A share as users write it: a number from 0 to 1, or a percentage such as `50%`. */
export type Share = number | string

/** Milliseconds; `undefined` when `given` is not a duration. */
export function parseDuration(given: unknown): number | undefined {
  if (typeof given === 'number') return isCount(given) ? given : undefined
  if (typeof given !== 'string') return undefined
  const text = given.trim()
  if (PLAIN_NUMBER.test(text)) return counted(Number(text))
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ms|s|m|min|h|d)\s*)+$/u.test(text)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)/gu)) {
    totalMs += Number(amount) * DURATION_UNITS_MS[unit as keyof typeof DURATION_UNITS_MS] // the pattern allows no other unit
  }
  return counted(totalMs)
}

/** Bytes; `undefined` when `given` is not a size. `k`, `M`, `G`, `T` are powers of 1000, `Ki`, `Mi`, `Gi`, `Ti` of 1024. */
export function parseSize(given: unknown): number | undefined {
  if (typeof given === 'number') return Number.isInteger(given) && isCount(given) ? given : undefined
  if (typeof given !== 'string') return undefined
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i)?)?b?$/iu.exec(given.trim())
  if (!match) return undefined
  const power = match[2] === undefined ? 0 : 'kmgt'.indexOf(match[2].toLowerCase()) + 1
  return counted(Math.round(Number(match[1]) * (match[3] === undefined ? 1000 : 1024) ** power))
}

/** From 0 to 1; `undefined` when `given` is not a share. */
export function parseShare(given: unknown): number | undefined {
  if (typeof given === 'number') return given >= 0 && given <= 1 ? given : undefined
  if (typeof given !== 'string') return undefined
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/u.exec(given.trim())
  if (!match) return undefined
  return parseShare(match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]))
}

/** Option that takes a {@link Duration} and becomes milliseconds. */
export function durationOption() {
  return parsed<Duration>(parseDuration, 'a duration such as "50ms", "2s" or "1.5h", or a number of milliseconds')
}

/** Option that takes a {@link Size} and becomes bytes. */
export function sizeOption() {
  return parsed<Size>(parseSize, 'a size such as "128MiB" or "10MB", or a number of bytes')
}

/** Option that takes a {@link Share} and becomes a number from 0 to 1. */
export function shareOption() {
  return parsed<Share>(parseShare, 'a share from 0 to 1, or a percentage such as "50%"')
}

/** Option that takes a whole number of at least `least`, also as text. */
export function countOption(least: number) {
  const parse = (given: unknown): number | undefined => {
    const count = typeof given === 'string' && /^\d+$/u.test(given.trim()) ? Number(given) : given
    return typeof count === 'number' && Number.isSafeInteger(count) && count >= least ? count : undefined
  }
  return parsed<number | string>(parse, `a whole number${least === 0 ? '' : `, ${least} or more`}`)
}

/** `accepts` completes the sentence "expected …" in messages, and stands in the option table of the documentation. */
function parsed<Given>(parse: (given: unknown) => number | undefined, accepts: string) {
  return z
    .custom<Given>((given) => parse(given) !== undefined, { error: `expected ${accepts}` })
    .transform((given) => parse(given) ?? 0)
    .meta({ accepts })
}

function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER
}

/** More than can be counted is no number to wait or compare by. */
function counted(value: number): number | undefined {
  return isCount(value) ? value : undefined
}

const PLAIN_NUMBER = /^\d+(?:\.\d+)?$/u
const DURATION_UNITS_MS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
