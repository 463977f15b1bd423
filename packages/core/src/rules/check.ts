import { ClsyncError } from '../model/error.ts'
import { fromText, isWithin } from '../model/path.ts'
import { parsePattern, withoutTrailingSpaces } from './pattern.ts'
import type { RuleItem } from './rule.ts'

interface Flaw {
  readonly why: string
  readonly fix: string
}

/**
 * Refuses rules that cannot do what they were written for: git passes over them in silence, and then what should have been
 * left out is synced. Throws RULE_INVALID. `source` is the absolute path of the source, when known.
 */
export function checkRules(items: readonly RuleItem[], source?: string): void {
  for (const item of items) {
    if (item.kinds?.length === 0) throw invalid(item, { why: 'no kind is left', fix: 'name kinds in one of the two places only' })
    if (typeof item.match !== 'string') continue
    const flaw = flawOf(item, item.match, source)
    if (flaw !== undefined) throw invalid(item, flaw)
  }
  const all = items.findLast((item) => isEverything(item) && item.kinds === undefined && !item.include)
  if (all !== undefined && !items.slice(items.indexOf(all)).some((item) => item.include)) {
    throw invalid(all, {
      why: 'it excludes everything and no later rule includes anything, so nothing would be synced',
      fix: 'remove it, or add { include: … } rules after it',
    })
  }
}

/** Things that are allowed and most likely a mistake; one sentence each. */
export function adviseRules(items: readonly RuleItem[]): string[] {
  return items.flatMap((item, at) => {
    if (typeof item.match !== 'string') return []
    const advice: string[] = []
    if (/(?<!\\)\{[^{}]*,[^{}]*\}/.test(item.match)) {
      advice.push('{a,b} is no alternative in the gitignore dialect; give an array of patterns, or escape the brace as \\{.')
    }
    if (/\\[A-Za-z0-9]/.test(item.match)) advice.push('a backslash escapes the next character; write / between directories.')
    if (swallowsDirectories(item) && wantsFilesAfter(items, at)) {
      advice.push(
        "it excludes directories as well, so later includes reach only the top; add kinds: ['file'] to it or { include: '*/' } after it.",
      )
    }
    return advice.map((text) => `${nameOf(item)}: ${text}`)
  })
}

function flawOf(item: RuleItem, pattern: string, source: string | undefined): Flaw | undefined {
  const directoriesOnly = pattern.endsWith('/')
  const parts = pattern.replace(/^\//, '').replace(/\/$/, '').split('/')
  if (pattern.trim() === '') return { why: 'the pattern is empty', fix: 'remove the rule or write a pattern' }
  if (/[\n\r\0]/.test(pattern)) return { why: 'it has a line break or NUL', fix: 'give an array with one pattern each' }
  if (pattern.startsWith('!')) {
    const other = item.include ? 'exclude' : 'include'
    return {
      why: 'a rule says exclude or include, not !',
      fix: `write { ${other}: ${JSON.stringify(pattern.slice(1))} }, or \\! for a name that starts with !`,
    }
  }
  if (pattern.startsWith('#')) {
    return {
      why: 'a line that starts with # is a comment in the gitignore dialect',
      fix: 'remove it, or write \\# for a name that starts with #',
    }
  }
  if (withoutTrailingSpaces(pattern) !== pattern) {
    return {
      why: 'it ends in a space, which the gitignore dialect drops',
      fix: 'remove the space, or write a backslash before it',
    }
  }
  if (source !== undefined && source !== '/' && isWithin(fromText(pattern.replace(/\/$/, '')), fromText(source))) {
    const below = pattern.slice(source.length)
    return {
      why: 'patterns are relative to the source',
      fix: below.length > 1 ? `write ${JSON.stringify(below)}` : 'remove the rule',
    }
  }
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return {
      why: 'no path below the source has an empty, "." or ".." part',
      fix: 'write the path from the source on, as in "/dir/name"',
    }
  }
  if (directoriesOnly && item.kinds !== undefined && !item.kinds.includes('directory')) {
    return { why: 'it ends in a slash, so it is about directories, and kinds has none', fix: 'remove the slash or the kinds' }
  }
  const flaw = parsePattern(fromText(pattern)).flaw
  return flaw === undefined ? undefined : { why: flaw, fix: 'escape the character as in \\[ or \\\\, or complete it' }
}

/** Whether it matches every top entry of its kinds. */
function isEverything({ match }: RuleItem): boolean {
  return typeof match === 'string' && /^\/?(\*\*\/)*\*+$/.test(match)
}

/** Whether it excludes every directory at every depth. */
function swallowsDirectories(item: RuleItem): boolean {
  if (item.include || !isEverything(item) || item.match === '/*') return false
  return item.kinds === undefined || item.kinds.includes('directory')
}

/** Whether includes follow, and none of them takes directories back. */
function wantsFilesAfter(items: readonly RuleItem[], at: number): boolean {
  const later = items.slice(at + 1).filter((item) => item.include)
  return later.length > 0 && !later.some(({ match }) => typeof match !== 'string' || /^\/?(\*\*\/)*\*+\/?$/.test(match))
}

function invalid(item: RuleItem, { why, fix }: Flaw): ClsyncError {
  return new ClsyncError('RULE_INVALID', { message: `${nameOf(item)} is not a usable rule: ${why}.`, fix: `${fix}.` })
}

function nameOf({ index, include, match }: RuleItem): string {
  return `rules[${index}] ${include ? 'include' : 'exclude'} ${typeof match === 'string' ? JSON.stringify(match) : String(match)}`
}
