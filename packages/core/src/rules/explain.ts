import type { Kind } from '../model/entry.ts'
import { type RawPath, toText } from '../model/path.ts'
import type { CompiledRules } from './compile.ts'
import type { RuleOrigin, Verdict } from './verdict.ts'

export interface Explanation {
  readonly wanted: boolean
  /** What decided; `undefined`: nothing matched. */
  readonly verdict: Verdict | undefined
  /** One sentence for people. */
  readonly text: string
}

/** Says which rule decides about an entry, and where that rule stands. */
export function explain(rules: CompiledRules, path: RawPath, kind: Kind): Explanation {
  const verdict = rules.decide(path, kind)
  const wanted = verdict?.wanted ?? true
  const name = path === '' ? 'The source' : toText(path)
  return { wanted, verdict, text: `${name} is ${wanted ? 'synced' : 'left out'}: ${because(path, verdict)}.` }
}

function because(path: RawPath, verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'no rule matches it'
  const rule = describeRule(verdict.rule)
  const verb = verdict.wanted ? 'includes' : 'excludes'
  const what = verdict.at === path ? 'it' : `the directory ${toText(verdict.at)} that holds it`
  if (!verdict.contents) return `${rule} ${verb} ${what}`
  return verdict.at === path ? `${rule} excludes everything in it` : `${rule} excludes everything in ${toText(verdict.at)}`
}

function describeRule(rule: RuleOrigin): string {
  // A line of a file is raw text as a path is.
  if (rule.type === 'file') return `${toText(rule.path)}:${rule.line} ${JSON.stringify(toText(rule.pattern as RawPath))}`
  return `rules[${rule.index}] ${rule.include ? 'include' : 'exclude'} ${JSON.stringify(rule.pattern)}`
}
