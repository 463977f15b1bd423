import type { Kind } from '../model/entry.ts'
import { fromText, isWithin, type RawPath, ROOT_PATH, toText } from '../model/path.ts'
import { type Matcher, parsePattern } from './pattern.ts'
import type { RuleItem } from './rule.ts'
import type { Verdict } from './verdict.ts'

/** A rule of the config, compiled. */
interface ConfigRule {
  readonly item: RuleItem
  /** Bits of {@link KIND_BIT}. */
  readonly kinds: number
  readonly matches: Matcher
}

/** A rule `dir/**`: excludes everything below what `matches`, and nothing after it includes any of that. */
interface ContentsRule {
  readonly item: RuleItem
  readonly matches: Matcher
  /** Where later includes may reach: neither these directories, nor what is below or above them, can be left out. */
  readonly reached: readonly RawPath[]
}

export interface ConfigRules {
  /** The verdict of the last rule that matches the entry. */
  decide(path: RawPath, nameAt: number, kind: Kind): Verdict | undefined
}

const KIND_BIT: Readonly<Record<Kind, number>> = { file: 1, directory: 2, symlink: 4, other: 8 }
const ALL_KINDS = 15

export function compileConfigRules(items: readonly RuleItem[]): ConfigRules {
  const rules = items.map(compileRule)
  const contents = items.flatMap((item, at) => contentsRule(item, items.slice(at + 1)))
  return {
    decide(path, nameAt, kind) {
      const bit = KIND_BIT[kind]
      for (let at = rules.length - 1; at >= 0; at--) {
        const rule = rules[at]!
        if ((rule.kinds & bit) !== 0 && rule.matches(path, nameAt, 0)) return verdictOf(rule.item, path, false)
      }
      if (kind !== 'directory') return undefined
      const rule = contents.find((each) => excludesAll(each, path, nameAt))
      return rule === undefined ? undefined : verdictOf(rule.item, path, true)
    },
  }
}

function verdictOf({ index, include, match }: RuleItem, at: RawPath, contents: boolean): Verdict {
  return { wanted: include, at, contents, rule: { type: 'config', index, include, pattern: String(match) } }
}

function compileRule(item: RuleItem): ConfigRule {
  const kinds = item.kinds === undefined ? ALL_KINDS : item.kinds.reduce((bits, kind) => bits | KIND_BIT[kind], 0)
  const { match } = item
  if (typeof match !== 'string') return { item, kinds, matches: (path) => match.test(toText(path as RawPath)) }
  const pattern = parsePattern(fromText(match))
  return { item, kinds: pattern.directoriesOnly ? kinds & KIND_BIT.directory : kinds, matches: pattern.matches }
}

function contentsRule(item: RuleItem, later: readonly RuleItem[]): ContentsRule[] {
  if (item.include || item.kinds !== undefined || typeof item.match !== 'string' || !item.match.endsWith('/**')) return []
  const reached = later.filter((each) => each.include).map(reachOf)
  const directory = item.match.slice(0, -'/**'.length)
  // With a slash in front it is matched from the root on, as the whole pattern is.
  const { matches } = parsePattern(fromText(directory.startsWith('/') ? directory : `/${directory}`))
  return [{ item, matches, reached }]
}

function excludesAll({ matches, reached }: ContentsRule, path: RawPath, nameAt: number): boolean {
  return matches(path, nameAt, 0) && !reached.some((place) => isWithin(path, place) || isWithin(place, path))
}

/** Where the rule may match: at this path and below it. The root when that may be anywhere. */
function reachOf({ match }: RuleItem): RawPath {
  if (typeof match !== 'string' || !match.slice(0, -1).includes('/')) return ROOT_PATH
  const path = match.replace(/^\//, '').replace(/\/$/, '')
  const wild = path.search(/[*?[\\]/)
  return fromText(wild < 0 ? path : path.slice(0, Math.max(0, path.lastIndexOf('/', wild))))
}
