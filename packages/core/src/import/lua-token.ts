import { ClsyncError } from '../model/error.ts'

export interface LuaToken {
  readonly type: 'name' | 'string' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly line: number
}

const SPACE = /[ \t\r\n\f\v]+/uy
const COMMENT = /--(?:\[(=*)\[[^]*?\]\1\]|[^\n]*)/uy
const NAME = /[A-Za-z_]\w*/uy
const NUMBER = /0x[\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+/uy
const LONG = /\[(=*)\[\n?([^]*?)\]\1\]/uy
const SHORT = /"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)'/uy
const SIGN = /\.\.\.|\.\.|==|~=|<=|>=|::|[-+*/%^#<>=(){}[\];:,.&|~]/uy

/** The tokens of Lua, the last an `end`. Throws `IMPORT_INVALID` with the line. */
export function luaTokens(text: string, file: string): LuaToken[] {
  const tokens: LuaToken[] = []
  let at = 0
  let line = 1
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) return null
    at += found[0].length
    return found
  }
  const count = (found: RegExpExecArray): void => void (line += found[0].split('\n').length - 1)
  while (at < text.length) {
    const passed = match(SPACE) ?? match(COMMENT)
    if (passed !== null) {
      count(passed)
      continue
    }
    const begin = line
    const found = match(LONG) ?? match(SHORT)
    if (found !== null) {
      count(found)
      const isLong = found[0].startsWith('[')
      tokens.push({ type: 'string', text: isLong ? found[2]! : unescaped(found[1] ?? found[2] ?? ''), line: begin })
      continue
    }
    const name = match(NAME)
    const number = name === null ? match(NUMBER) : null
    const sign = name === null && number === null ? match(SIGN) : null
    const plain = name ?? number ?? sign
    if (plain === null) {
      throw new ClsyncError('IMPORT_INVALID', {
        message: `Line ${line} of ${file} cannot be read as Lua: ${text.slice(at, at + 20).split('\n')[0]}`,
        fix: 'See that lsyncd itself takes the file.',
      })
    }
    tokens.push({ type: name !== null ? 'name' : number !== null ? 'number' : 'sign', text: plain[0], line: begin })
  }
  return [...tokens, { type: 'end', text: '', line }]
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(\d{1,3}|[^])/gu, (_, what: string) => {
    if (/\d/u.test(what)) return String.fromCodePoint(Number(what))
    return ({ n: '\n', t: '\t', r: '\r' } as Readonly<Record<string, string>>)[what] ?? what
  })
}
