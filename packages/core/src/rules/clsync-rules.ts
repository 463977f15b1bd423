import { createHash } from 'node:crypto'
import type { Kind } from '../model/entry.ts'
import { ClsyncError } from '../model/error.ts'
import { fromText, parentOf, type RawPath, ROOT_PATH, toText } from '../model/path.ts'
import type { CompiledRules } from './compile.ts'
import { fromExtendedRegex } from './ere.ts'
import type { Verdict } from './verdict.ts'

interface ClsyncRule {
  readonly line: number
  readonly isPermit: boolean
  readonly letter: string
  readonly regex: RegExp
  readonly text: string
}

/**
 * Puts the rules of a rules file of the C clsync below `rules`, which go first. `text` is the file's, `file` its name for messages.
 * Throws ClsyncError RULE_INVALID.
 *
 * As there: the first rule that matches decides, for each action by itself; what no rule settles is permitted; expressions are
 * searched for in the path below the source, which is empty for the source itself. Otherwise than there: the last line counts in
 * full, `W` means walk and monitor, an unknown letter or a bad expression is refused, and it makes no difference when a directory
 * was made. `f` is everything but directories. A directory that may be walked is watched; where it is not to be synced, handlers
 * that need directories sync it all the same, as what is in it needs it.
 */
export function withClsyncRules(rules: CompiledRules, text: string, file: string): CompiledRules {
  const own = compile(parse(text, file), file)
  const decide = (path: RawPath, kind: Kind): Verdict | undefined => rules.decide(path, kind) ?? own.decide(path, kind)
  return {
    ...rules,
    fingerprint: createHash('sha256').update(`${rules.fingerprint}\0${text}`).digest('hex'),
    warnings: [...rules.warnings, ...own.warnings],
    decide,
    wants: (path, kind) => path === ROOT_PATH || (decide(path, kind)?.wanted ?? true),
    isPassage: own.isPassage,
  }
}

/** What a directory may be asked, and the letters that answer. */
const ACTIONS = { file: 'f*', walk: 'dwW*', sync: 'ds*' } as const
const LETTERS = 'fdwWms*'

function parse(text: string, file: string): ClsyncRule[] {
  return text.split('\n').flatMap((whole, at) => {
    const line = whole.replace(/\r$/u, '')
    if (line === '' || line.startsWith('#')) return []
    const [sign, letter = '', pattern] = [line[0]!, line[1], line.slice(2)]
    const fail = (why: string, fix: string): ClsyncError =>
      new ClsyncError('RULE_INVALID', { message: `Line ${at + 1} of ${file} is no rule: ${why}.`, why: `It says: ${line}`, fix })
    if (sign !== '+' && sign !== '-')
      throw fail(`it begins with ${JSON.stringify(sign)}`, 'Begin it with + (permit), - (reject) or # (a comment).')
    if (!LETTERS.includes(letter) || letter === '') {
      const why = letter === '' ? 'it has no type' : `there is no type "${letter}"`
      throw fail(why, 'Types are f (no directory), d, w (walk), W (walk and monitor), m (monitor), s (sync) and *.')
    }
    try {
      return [{ line: at + 1, isPermit: sign === '+', letter, regex: fromExtendedRegex(pattern), text: line }]
    } catch (error) {
      throw fail((error as Error).message, 'Correct the expression; it is a POSIX extended one.')
    }
  })
}

/** Directories about which it is remembered whether they are entered. */
const MOST_REMEMBERED = 10_000

function compile(rules: readonly ClsyncRule[], file: string) {
  const name = fromText(file)
  const chains = Object.fromEntries(
    Object.entries(ACTIONS).map(([action, letters]) => [action, rules.filter(({ letter }) => letters.includes(letter))]),
  ) as Record<keyof typeof ACTIONS, ClsyncRule[]> // made from its keys
  const entered = new Map<RawPath, Verdict | true>()
  const first = (action: keyof typeof ACTIONS, path: RawPath): ClsyncRule | undefined => {
    const text = toText(path)
    return chains[action].find(({ regex }) => regex.test(text))
  }
  const verdict = (rule: ClsyncRule, at: RawPath, contents: boolean): Verdict => ({
    ...{ wanted: rule.isPermit, at, contents },
    rule: { type: 'file', path: name, line: rule.line, pattern: fromText(rule.text) },
  })
  /** `true`, or what keeps it from being entered. */
  const enters = (dir: RawPath): Verdict | true => {
    const known = entered.get(dir)
    if (known !== undefined) return known
    const above = dir === ROOT_PATH ? true : enters(parentOf(dir))
    const rule = above === true ? first('walk', dir) : undefined
    const found = above !== true ? above : rule === undefined || rule.isPermit ? true : verdict(rule, dir, true)
    if (entered.size >= MOST_REMEMBERED) entered.clear()
    entered.set(dir, found)
    return found
  }
  const decide = (path: RawPath, kind: Kind): Verdict | undefined => {
    if (path === ROOT_PATH) return undefined
    const above = enters(parentOf(path))
    if (above !== true) return above
    const rule = first(kind === 'directory' ? 'sync' : 'file', path)
    if (kind === 'directory' && rule?.isPermit === false) {
      const walk = first('walk', path)
      if (walk === undefined) return undefined
      return verdict(walk, path, false)
    }
    return rule && verdict(rule, path, false)
  }
  const root = enters(ROOT_PATH)
  const warnings = root === true ? [] : [`${file}: the source itself may not be walked, so nothing is synced; begin with "+w^$".`]
  const isPassage = (path: RawPath): boolean => first('sync', path)?.isPermit === false
  return { decide, isPassage, warnings }
}
