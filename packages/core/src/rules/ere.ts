/**
 * A POSIX extended regular expression as one of JavaScript that answers the same question: whether it is found in a text. As glibc
 * reads it: `\w \W \s \S \b \B \< \>` have their meaning, any other escaped character stands for itself (`\d` is a d). Classes such
 * as `[:alpha:]` are those of ASCII. Throws an `Error` that says what is wrong.
 */
export function fromExtendedRegex(text: string): RegExp {
  return new RegExp(new Reader(Array.from(text)).read(), 'su')
}

class Reader {
  readonly #text: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: readonly string[]) {
    this.#text = text
  }

  read(): string {
    const source = this.#alternatives()
    return source
  }

  #alternatives(): string {
    let source = ''
    /** What a quantifier would repeat; empty: nothing. */
    let atom = ''
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!
      if (char === ')' && this.#depth > 0) break
      this.#at++
      if (char === '|' || char === '^' || char === '$') {
        source += atom + char
        atom = ''
      } else if (QUANTIFIERS.has(char)) {
        if (atom === '') throw new Error(`"${char}" has nothing before it that it could repeat`)
        // A second one repeats what the first has made; JavaScript would take `+?` for something else.
        atom = `(?:${atom}${char === '{' ? this.#interval() : char})`
      } else {
        source += atom
        atom = this.#atom(char)
      }
    }
    return source + atom
  }

  #atom(char: string): string {
    if (char === '(') return this.#group()
    if (char === '[') return this.#bracket()
    if (char === '\\') return this.#escaped()
    return char === '.' ? '.' : literal(char)
  }

  #group(): string {
    this.#depth++
    const inner = this.#alternatives()
    if (this.#text[this.#at] !== ')') throw new Error('"(" is not closed')
    this.#at++
    this.#depth--
    return `(?:${inner})`
  }

  #escaped(): string {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new Error('it ends in a backslash')
    if (/[1-9]/u.test(char)) throw new Error(`\\${char} refers to a group, which is not supported`)
    return ESCAPES.get(char) ?? literal(char)
  }

  #interval(): string {
    const end = this.#text.indexOf('}', this.#at)
    const inner = this.#text.slice(this.#at, Math.max(end, this.#at)).join('')
    const match = /^(\d*)(?:(,)(\d*))?$/u.exec(inner)
    if (end < 0 || match === null || inner === '')
      throw new Error('"{" does not begin a repetition such as {2}, {2,} or {2,5}; write \\{')
    const [least, most] = [Number(match[1] || 0), match[2] === undefined || match[3] === '' ? Infinity : Number(match[3])]
    if (least > most) throw new Error(`{${inner}} has its bounds the wrong way round`)
    if (Math.max(least, most === Infinity ? 0 : most) > MOST_REPEATS)
      throw new Error(`{${inner}} repeats more than ${MOST_REPEATS} times`)
    this.#at = end + 1
    return match[2] === undefined ? `{${least}}` : `{${least},${most === Infinity ? '' : most}}`
  }

  /** From after the `[` on. In it, a backslash stands for itself. */
  #bracket(): string {
    const isNegative = this.#text[this.#at] === '^'
    if (isNegative) this.#at++
    let set = ''
    for (let first = true; ; first = false) {
      const char = this.#text[this.#at]
      if (char === undefined) throw new Error('"[" is not closed')
      if (char === ']' && !first) break
      const item = this.#bracketItem()
      set += item.isClass ? item.text : this.#range(item.text)
    }
    this.#at++
    return `[${isNegative ? '^' : ''}${set}]`
  }

  #range(from: string): string {
    const isRange = this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']' && this.#text[this.#at + 1] !== undefined
    if (!isRange) return inSet(from)
    this.#at++
    const to = this.#bracketItem()
    if (to.isClass || to.text.codePointAt(0)! < from.codePointAt(0)!)
      throw new Error(`the range ${from}-${to.text} in brackets has no meaning`)
    return `${inSet(from)}-${inSet(to.text)}`
  }

  #bracketItem(): { readonly text: string; readonly isClass: boolean } {
    const char = this.#text[this.#at++]!
    const mark = this.#text[this.#at]
    if (char !== '[' || mark === undefined || !':=.'.includes(mark)) return { text: char, isClass: false }
    const end = this.#text.findIndex((one, at) => at > this.#at && one === mark && this.#text[at + 1] === ']')
    if (end < 0) throw new Error(`"[${mark}" is not closed`)
    const name = this.#text.slice(this.#at + 1, end).join('')
    this.#at = end + 2
    if (mark === ':') {
      const set = CLASSES.get(name)
      if (set === undefined) throw new Error(`there is no class [:${name}:]`)
      return { text: set, isClass: true }
    }
    if (Array.from(name).length !== 1) throw new Error(`[${mark}${name}${mark}] is more than one character`)
    return { text: name, isClass: false }
  }
}

const QUANTIFIERS: ReadonlySet<string> = new Set(['*', '+', '?', '{'])
/** RE_DUP_MAX of glibc. */
const MOST_REPEATS = 32_767

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['w', '[A-Za-z0-9_]'],
  ['W', '[^A-Za-z0-9_]'],
  ['s', String.raw`[ \t\n\v\f\r]`],
  ['S', String.raw`[^ \t\n\v\f\r]`],
  ['b', String.raw`\b`],
  ['B', String.raw`\B`],
  ['<', String.raw`\b(?=\w)`],
  ['>', String.raw`\b(?<=\w)`],
  ['`', '^'],
  ["'", '$'],
])

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', String.raw` \t\n\v\f\r`],
  ['blank', String.raw` \t`],
  ['punct', String.raw`!-\/:-@\[-${'`'}\{-~`],
  ['print', ' -~'],
  ['graph', '!-~'],
  ['cntrl', String.raw`\x00-\x1f\x7f`],
  ['xdigit', 'A-Fa-f0-9'],
])

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/u.test(char) ? `\\${char}` : char
}

function inSet(char: string): string {
  return /[\^\\[\]-]/u.test(char) ? `\\${char}` : char
}
