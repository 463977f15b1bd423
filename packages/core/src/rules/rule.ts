import { inspect } from 'node:util'
import { isRegExp } from 'node:util/types'
import { z } from 'zod'
import type { Kind } from '../model/entry.ts'
import { ClsyncError } from '../model/error.ts'

const KINDS = ['file', 'directory', 'symlink', 'other'] as const satisfies readonly Kind[]

const kindsSchema = z.array(z.enum(KINDS)).min(1)

const regexSchema = z.strictObject({
  /**
   * Searched for in the path below the source, as text, without a leading slash; anchor it with `^` and `$`. A string is
   * compiled with the flag `u`. The time it takes is its author's business; globs have no bad cases.
   */
  regex: z.union([z.string().min(1), z.custom<RegExp>(isRegExp, 'expected a RegExp')]),
  kinds: kindsSchema.optional(),
})

const matchSchema = z.union([z.string(), z.array(z.string()).min(1), regexSchema])

/**
 * One rule of a config. `exclude` and `include` take a pattern of the gitignore dialect, several (as that many rules in a
 * row), or `{ regex }`. An `include` is git's `!pattern`: it takes back what rules before it excluded, but nothing below a
 * directory that is excluded itself. `kinds` restricts a rule to those kinds of entries.
 */
const ruleSchema = z
  .strictObject({ exclude: matchSchema.optional(), include: matchSchema.optional(), kinds: kindsSchema.optional() })
  .refine((rule) => (rule.exclude === undefined) !== (rule.include === undefined), {
    error: 'expected either exclude or include',
  })

/** The options of a config that decide what is wanted; spread them into its schema. */
export const rulesFields = {
  /** In order; the last one that matches decides. Default: none, everything is wanted. */
  rules: z.array(ruleSchema).default([]),
  /** Honour the `.gitignore` files of the tree. Rules of the config win over them. Default false. */
  gitignore: z.boolean().default(false),
  /** Honour `.clsyncignore` files: the same dialect; wins over a `.gitignore` beside it. Default false. */
  clsyncignore: z.boolean().default(false),
}

const rulesSchema = z.object(rulesFields)

export type RuleInput = z.input<typeof ruleSchema>

/** What a user writes; every part may be left out. */
export type RulesInput = z.input<typeof rulesSchema>

export type RulesSpec = z.output<typeof rulesSchema>

/** One pattern or regular expression of a config rule, with `kinds` of both places joined. */
export interface RuleItem {
  /** Position in `rules`, from 0. */
  readonly index: number
  readonly include: boolean
  readonly match: string | RegExp
  /** `undefined`: all. */
  readonly kinds: readonly Kind[] | undefined
}

/** Completes what a user wrote with the defaults. Throws ClsyncError RULE_INVALID. */
export function parseRules(input: RulesInput): RulesSpec {
  const parsed = rulesSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const [field, index, ...rest] = path
  const place =
    field === 'rules' && typeof index === 'number'
      ? `rules[${index}]${rest.map((part) => `.${String(part)}`).join('')}`
      : path.join('.')
  const given = field === 'rules' && typeof index === 'number' ? input.rules?.[index] : input
  throw new ClsyncError('RULE_INVALID', {
    message: `${place} is not a usable rule: ${message}.`,
    why: `It was given as ${inspect(given, { breakLength: Infinity })}.`,
    fix: "Write { exclude: '*.tmp' }, { include: 'keep.tmp' } or { exclude: { regex: '…' } }, with kinds: ['file', …] if need be.",
  })
}

/** The rules as a flat list, in order. Throws ClsyncError RULE_INVALID for a regular expression that cannot be compiled. */
export function itemsOf(rules: RulesSpec['rules']): RuleItem[] {
  return rules.flatMap((rule, index): RuleItem[] => {
    const include = rule.include !== undefined
    const match = rule.include ?? rule.exclude ?? []
    if (typeof match === 'string') return [{ index, include, match, kinds: rule.kinds }]
    if (Array.isArray(match)) return match.map((each) => ({ index, include, match: each, kinds: rule.kinds }))
    const kinds =
      rule.kinds && match.kinds ? rule.kinds.filter((kind) => match.kinds?.includes(kind)) : (rule.kinds ?? match.kinds)
    return [{ index, include, match: regexOf(match.regex, index), kinds }]
  })
}

/** Without `g` and `y`, which would make an answer depend on the one before. */
function regexOf(regex: string | RegExp, index: number): RegExp {
  if (typeof regex !== 'string') return new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''))
  try {
    return new RegExp(regex, 'u')
  } catch (cause) {
    throw new ClsyncError('RULE_INVALID', {
      message: `rules[${index}] is not a usable rule: ${(cause as Error).message}.`,
      why: 'A regex given as a string is compiled with the flag u, which allows no needless escapes.',
      fix: 'Correct it, or give a RegExp.',
      cause,
    })
  }
}
