/**
 * Git's wildcards over one-unit-per-byte text. A glob is parsed once into tokens and matched by a loop with two resume
 * points, one for the last `*` and one for the last `**`: time is polynomial whatever the pattern, so a hostile
 * `.gitignore` cannot stall the daemon as it could with a regular expression.
 */
export interface Glob {
  /** 0 and above: that byte. Below: {@link ANY}, {@link STAR}, {@link STARS}, {@link DIRS}, then classes. */
  readonly tokens: Int16Array
  /** Members of each `[...]`, one flag a byte. Never holds `/`. */
  readonly classes: readonly Uint8Array[]
  /** Longest run of plain bytes: text that lacks it cannot match. */
  readonly needle: string
}

/** `?`: one byte that is not `/`. */
const ANY = -1
/** `*`: any bytes but `/`. */
export const STAR = -2
/** `**` at the end, or before an escaped slash: any bytes. */
export const STARS = -3
/** A `**` with its slash: nothing, or whole directories. */
export const DIRS = -4
/** Class number i is the token FIRST_CLASS - i. */
const FIRST_CLASS = -5

/** Each class takes one byte of a path, and no system has paths longer than this. */
const MAX_CLASSES = 4096

const SLASH = 0x2f
const BACKSLASH = 0x5c

/** Parses; a string says why such a pattern can never match anything. */
export function parseGlob(pattern: string): Glob | string {
  const tokens: number[] = []
  const classes: Uint8Array[] = []
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at]!
    if (char === '*') {
      at = readStars(pattern, at, tokens)
    } else if (char === '[') {
      const read = parseClass(pattern, at)
      if (typeof read === 'string') return read
      if (classes.length === MAX_CLASSES) return 'it is longer than any path'
      tokens.push(FIRST_CLASS - classes.length)
      classes.push(read.members)
      at = read.end
    } else if (char === '?') {
      tokens.push(ANY)
      at++
    } else {
      if (char === '\\') at++
      if (at === pattern.length) return 'it ends in a backslash that escapes nothing'
      tokens.push(pattern.charCodeAt(at++))
    }
  }
  return { tokens: Int16Array.from(tokens), classes, needle: longestRun(tokens) }
}

/** Whether the glob matches all of `text` from the unit `from` on. */
export function matchGlob({ tokens, classes }: Glob, text: string, from: number): boolean {
  const end = text.length
  const last = tokens.length - 1
  let token = 0
  let at = from
  // Where to go on when the rest does not match. A later star dominates an earlier one, so one of each is enough.
  let starToken = -1
  let starAt = 0
  let crossToken = -1
  let crossAt = 0
  let crossDirs = false
  for (;;) {
    if (token <= last) {
      const kind = tokens[token]!
      if (kind === STAR) {
        if (token === last && text.indexOf('/', at) < 0) return true
        starToken = ++token
        starAt = at
        continue
      }
      if (kind === STARS || kind === DIRS) {
        if (kind === STARS && token === last) return true
        crossToken = ++token
        crossAt = at
        crossDirs = kind === DIRS
        starToken = -1
        continue
      }
      // What is left of the pattern needs bytes; a star that takes more of the text leaves even fewer.
      if (at === end) return false
      if (accepts(kind, text.charCodeAt(at), classes)) {
        token++
        at++
        continue
      }
    } else if (at === end) {
      return true
    }
    if (starToken >= 0 && starAt < end && text.charCodeAt(starAt) !== SLASH) {
      at = ++starAt
      token = starToken
      continue
    }
    if (crossToken < 0) return false
    const slash = crossDirs ? text.indexOf('/', crossAt) : crossAt
    if (slash < 0 || slash >= end) return false
    at = crossAt = slash + 1
    token = crossToken
    starToken = -1
  }
}

/** False when the first or last unit alone rules a match out: the cheapest question, and mostly enough. */
export function mayMatch({ tokens, classes }: Glob, text: string, from: number): boolean {
  const first = tokens[0] ?? STARS
  const last = tokens[tokens.length - 1] ?? STARS
  return (
    (isOpen(first) || (from < text.length && accepts(first, text.charCodeAt(from), classes))) &&
    (isOpen(last) || (from < text.length && accepts(last, text.charCodeAt(text.length - 1), classes)))
  )
}

/** Whether the token takes any number of bytes. */
function isOpen(token: number): boolean {
  return token === STAR || token === STARS || token === DIRS
}

function accepts(token: number, byte: number, classes: readonly Uint8Array[]): boolean {
  if (token >= 0) return token === byte
  if (token === ANY) return byte !== SLASH
  return classes[FIRST_CLASS - token]![byte] === 1
}

/** Two stars or more cross directories only when they stand alone between slashes; any other run is one `*`. */
function readStars(pattern: string, start: number, tokens: number[]): number {
  let end = start
  while (pattern[end] === '*') end++
  const alone = end - start > 1 && (start === 0 || pattern[start - 1] === '/')
  if (alone && pattern[end] === '/') {
    tokens.push(DIRS)
    return end + 1
  }
  tokens.push(alone && (end === pattern.length || pattern.startsWith('\\/', end)) ? STARS : STAR)
  return end
}

/** Reads the `[...]` that opens at `start`. Git's reading: `!` and `^` negate, a first `]` is a member, `\` escapes. */
function parseClass(pattern: string, start: number): { members: Uint8Array; end: number } | string {
  const members = new Uint8Array(256)
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^'
  let at = start + (negated ? 2 : 1)
  // Lower end of a range when `-` comes next; 0: none, as after a range or a named class.
  let previous = 0
  do {
    let byte = pattern.charCodeAt(at)
    if (Number.isNaN(byte)) return UNCLOSED
    if (byte === BACKSLASH) {
      byte = pattern.charCodeAt(++at)
      if (Number.isNaN(byte)) return UNCLOSED
      members[byte] = 1
      previous = byte
    } else if (byte === HYPHEN && previous > 0 && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      if (pattern[++at] === '\\') at++
      if (at >= pattern.length) return UNCLOSED
      members.fill(1, previous, Math.max(previous, pattern.charCodeAt(at) + 1))
      previous = 0
    } else {
      const name = pattern.startsWith('[:', at) ? namedClass(pattern, at + 2) : undefined
      if (name === UNCLOSED) return UNCLOSED
      if (name === undefined) {
        members[byte] = 1
        previous = byte
      } else {
        const holds = NAMED.get(name)
        if (holds === undefined) return `it names a class [:${name}:] that does not exist`
        for (let member = 1; member < 128; member++) if (holds(member)) members[member] = 1
        previous = 0
        at += name.length + 3
      }
    }
    at++
  } while (pattern[at] !== ']')
  if (negated) for (let member = 0; member < 256; member++) members[member] = members[member] === 1 ? 0 : 1
  members[SLASH] = 0
  return { members, end: at + 1 }
}

const UNCLOSED = 'it has a [ that is never closed'
const HYPHEN = 0x2d

/** The name in `[:name:]` when its text starts at `start`; `undefined` when `[` is an ordinary member. */
function namedClass(pattern: string, start: number): string | undefined {
  const close = pattern.indexOf(']', start)
  if (close < 0) return UNCLOSED
  return close > start && pattern[close - 1] === ':' ? pattern.slice(start, close - 1) : undefined
}

const isBetween = (low: string, high: string) => (byte: number) => byte >= low.charCodeAt(0) && byte <= high.charCodeAt(0)
const isDigit = isBetween('0', '9')
const isUpper = isBetween('A', 'Z')
const isLower = isBetween('a', 'z')
const isPrint = isBetween(' ', '~')
const isAlpha = (byte: number) => isUpper(byte) || isLower(byte)
const isAlnum = (byte: number) => isAlpha(byte) || isDigit(byte)
/** Git's own idea: without vertical tab and form feed. */
const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

/** POSIX classes are about ASCII only, whatever the locale. */
const NAMED: ReadonlyMap<string, (byte: number) => boolean> = new Map([
  ['alnum', isAlnum],
  ['alpha', isAlpha],
  ['blank', (byte: number) => byte === 0x20 || byte === 0x09],
  ['cntrl', (byte: number) => byte < 0x20 || byte === 0x7f],
  ['digit', isDigit],
  ['graph', (byte: number) => isPrint(byte) && !isSpace(byte)],
  ['lower', isLower],
  ['print', isPrint],
  ['punct', (byte: number) => isPrint(byte) && !isAlnum(byte) && byte !== 0x20],
  ['space', isSpace],
  ['upper', isUpper],
  ['xdigit', (byte: number) => isDigit(byte) || isBetween('a', 'f')(byte) || isBetween('A', 'F')(byte)],
])

function longestRun(tokens: readonly number[]): string {
  let best = ''
  let run = ''
  for (const token of tokens) {
    run = token >= 0 ? run + String.fromCharCode(token) : ''
    if (run.length > best.length) best = run
  }
  return best
}
