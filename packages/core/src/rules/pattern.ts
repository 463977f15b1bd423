import { DIRS, type Glob, matchGlob, mayMatch, parseGlob, STAR, STARS } from './glob.ts'

/** One line of the gitignore dialect, compiled. All text is raw: one unit per byte. */
export interface Pattern {
  /** The line as git shows it, with `!` and the trailing slash. */
  readonly line: string
  /** It began with `!`: what it matches is wanted again. */
  readonly negative: boolean
  /** It ended in `/`: it is asked about directories only. */
  readonly directoriesOnly: boolean
  /** It has a slash besides the trailing one: it is matched from the base on, not against the name alone. */
  readonly anchored: boolean
  readonly matches: Matcher
  /** Why it can never match anything; git takes such a line without a word. */
  readonly flaw: string | undefined
}

/**
 * Whether the pattern matches the entry at `path`, whose last name starts at the unit `nameAt`; `baseAt` is where the path
 * below the base starts (0 for the root, behind the slash for any other directory).
 */
export type Matcher = (path: string, nameAt: number, baseAt: number) => boolean

/** Compiles a line from which comments, line ends and trailing spaces have been taken. Never throws. */
export function parsePattern(line: string): Pattern {
  const negative = line.startsWith('!')
  const directoriesOnly = line.length > (negative ? 1 : 0) && line.endsWith('/')
  const body = line.slice(negative ? 1 : 0, directoriesOnly ? -1 : undefined)
  const anchored = body.includes('/')
  const matcher = anchored ? pathMatcher(body.startsWith('/') ? body.slice(1) : body) : nameMatcher(body)
  const flaw = typeof matcher === 'string' ? matcher : undefined
  return { line, negative, directoriesOnly, anchored, matches: typeof matcher === 'string' ? never : matcher, flaw }
}

/** The lines of an ignore file that hold a pattern, with their numbers from 1. Reads exactly as git does. */
export function splitIgnoreFile(text: string): { readonly line: string; readonly number: number }[] {
  const lines: { line: string; number: number }[] = []
  let number = 0
  for (let whole of (text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text).split('\n')) {
    number++
    if (whole === '' || whole.startsWith('#')) continue
    if (whole.endsWith('\r')) whole = whole.slice(0, -1)
    const nul = whole.indexOf('\0')
    const line = withoutTrailingSpaces(nul < 0 ? whole : whole.slice(0, nul))
    if (line !== '') lines.push({ line, number })
  }
  return lines
}

/** UTF-8, as raw text. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'

/** A space stays when a backslash stands before it. */
export function withoutTrailingSpaces(line: string): string {
  let end = 0
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') {
      at++
      end = at < line.length ? at + 1 : line.length
    } else if (line[at] !== ' ') {
      end = at + 1
    }
  }
  return line.slice(0, end)
}

const never: Matcher = () => false

/** For a pattern without a slash: against the last name, at any depth. */
function nameMatcher(pattern: string): Matcher | string {
  if (pattern === '') return 'it is empty'
  const glob = parseGlob(pattern)
  return typeof glob === 'string' ? glob : nameGlob(glob)
}

/**
 * For a pattern with a slash: against the whole path below the base. As in git the plain beginning is compared first and taken
 * off, so that a `**` right behind it counts as standing at the start.
 */
function pathMatcher(pattern: string): Matcher | string {
  const wild = pattern.search(/[*?[\\]/)
  if (wild < 0) {
    return (path, _nameAt, baseAt) => path.length - baseAt === pattern.length && path.startsWith(pattern, baseAt)
  }
  const prefix = pattern.slice(0, wild)
  const glob = parseGlob(pattern.slice(wild))
  if (typeof glob === 'string') return glob
  if (prefix === '' && glob.tokens[0] === DIRS && staysInName(glob, 1)) {
    return nameGlob({ ...glob, tokens: glob.tokens.subarray(1) })
  }
  if (prefix === '' && glob.tokens.length === 1 && glob.tokens[0] === STARS) return () => true
  const first = prefix.charCodeAt(0)
  if (prefix !== '') {
    return (path, _nameAt, baseAt) =>
      path.charCodeAt(baseAt) === first && path.startsWith(prefix, baseAt) && matchGlob(glob, path, baseAt + prefix.length)
  }
  return (path, _nameAt, baseAt) =>
    mayMatch(glob, path, baseAt) && path.includes(glob.needle, baseAt) && matchGlob(glob, path, baseAt)
}

/** Whether the tokens from `from` on match within one name: then a leading `**` with its slash says no more than "anywhere". */
function staysInName({ tokens }: Glob, from: number): boolean {
  if (tokens.length === from) return false
  return tokens.subarray(from).every((token) => token !== SLASH && token !== DIRS && token !== STARS)
}

const SLASH = 0x2f

/**
 * The cheapest matcher of a name: exact, `*suffix`, `prefix*`, or the glob itself. Almost every question is answered no, so each
 * compares one unit before it calls anything.
 */
function nameGlob(glob: Glob): Matcher {
  const { tokens } = glob
  const plain = tokens.filter((token) => token >= 0)
  if (plain.length === tokens.length) {
    const name = textOf(plain)
    const first = name.charCodeAt(0)
    return (path, nameAt) => path.length - nameAt === name.length && path.charCodeAt(nameAt) === first && path.endsWith(name)
  }
  const starAt = plain.length === tokens.length - 1 ? tokens.findIndex((token) => token === STAR || token === STARS) : -1
  if (starAt === 0) {
    if (plain.length === 0) return () => true
    const suffix = textOf(plain)
    const last = suffix.charCodeAt(suffix.length - 1)
    // It has no slash, so what ends in it does so within the name.
    return (path) => path.charCodeAt(path.length - 1) === last && path.endsWith(suffix)
  }
  if (starAt === tokens.length - 1) {
    const prefix = textOf(plain)
    const first = prefix.charCodeAt(0)
    return (path, nameAt) => path.charCodeAt(nameAt) === first && path.startsWith(prefix, nameAt)
  }
  return (path, nameAt) => mayMatch(glob, path, nameAt) && matchGlob(glob, path, nameAt)
}

function textOf(tokens: Int16Array<ArrayBuffer>): string {
  let text = ''
  for (const token of tokens) text += String.fromCharCode(token)
  return text
}
