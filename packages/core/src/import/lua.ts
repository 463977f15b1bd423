import { ClsyncError } from '../model/error.ts'
import { type LuaToken, luaTokens } from './lua-token.ts'

/** A value of the declarative part of Lua. */
export type LuaValue = string | number | boolean | undefined | LuaTable | LuaCode

export interface LuaTable {
  readonly type: 'table'
  readonly list: readonly LuaValue[]
  readonly fields: ReadonlyMap<string, LuaValue>
}

/** What only Lua itself could work out: a function, a name that stands for nothing here. */
export interface LuaCode {
  readonly type: 'code'
  readonly text: string
  readonly line: number
}

/** A call with one table, `sync { … }`, or an assignment of one, `settings = { … }`. */
export interface LuaStatement {
  readonly name: string
  readonly table: LuaTable
  readonly line: number
}

export interface LuaProgram {
  readonly statements: readonly LuaStatement[]
  /** What is neither: loops, functions, conditions. */
  readonly code: readonly LuaCode[]
}

export function isTable(value: LuaValue): value is LuaTable {
  return typeof value === 'object' && value.type === 'table'
}

export function isCode(value: LuaValue): value is LuaCode {
  return typeof value === 'object' && value.type === 'code'
}

/** Reads `name { … }`, `name = value` and `local name = value`; goes over all other code. Throws `IMPORT_INVALID` for what is no Lua. */
export function parseLua(text: string, file: string): LuaProgram {
  return new LuaReader(luaTokens(text, file), file).program()
}

function unclosed(line: number, file: string): ClsyncError {
  return new ClsyncError('IMPORT_INVALID', {
    message: `The table that begins in line ${line} of ${file} is not closed.`,
    fix: 'Add the } where it ends; see that lsyncd itself takes the file.',
  })
}

/** Begin a block that an `end` closes. */
const OPENERS: ReadonlySet<string> = new Set(['function', 'if', 'do', 'repeat'])
const CLOSERS: ReadonlySet<string> = new Set(['end', 'until'])

class LuaReader {
  readonly #tokens: readonly LuaToken[]
  readonly #file: string
  readonly #variables = new Map<string, LuaValue>()
  #at = 0

  constructor(tokens: readonly LuaToken[], file: string) {
    this.#tokens = tokens
    this.#file = file
  }

  program(): LuaProgram {
    const statements: LuaStatement[] = []
    const code: LuaCode[] = []
    while (this.#token.type !== 'end') {
      const from = this.#at
      const statement = this.#statement()
      if (statement === 'code') {
        this.#at = from
        code.push(this.#skipStatement())
      } else if (statement !== undefined) statements.push(statement)
    }
    return { statements, code }
  }

  get #token(): LuaToken {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!
  }

  /** `undefined`: a variable, which is remembered. */
  #statement(): LuaStatement | 'code' | undefined {
    if (this.#take(';')) return undefined
    const isLocal = this.#take('local')
    const { type, text: name, line } = this.#token
    if (type !== 'name' || KEYWORDS.has(name)) return 'code'
    this.#at++
    if (this.#take('=')) {
      const value = this.#expression()
      if (isTable(value) && !isLocal) return { name, table: value, line }
      this.#variables.set(name, value)
      return undefined
    }
    if (isLocal) return 'code'
    const isCall = this.#take('(')
    if (this.#token.text !== '{' || this.#token.type !== 'sign') return 'code'
    const table = this.#table()
    if (isCall && !this.#take(')')) return 'code'
    return { name, table, line }
  }

  #expression(): LuaValue {
    const from = this.#at
    let value = this.#operand()
    while (this.#token.type === 'sign' && this.#token.text === '..') {
      this.#at++
      const next = this.#operand()
      value = isText(value) && isText(next) ? `${value}${next}` : this.#codeFrom(from)
    }
    if (!this.#endsHere()) {
      this.#skipExpression()
      return this.#codeFrom(from)
    }
    return value
  }

  #operand(): LuaValue {
    const { type, text, line } = this.#token
    const from = this.#at
    if (type === 'sign' && text === '{') return this.#table()
    this.#at++
    if (type === 'string') return text
    if (type === 'number') return Number(text)
    if (type === 'sign' && text === '-' && this.#token.type === 'number') return -Number(this.#next().text)
    if (text === 'true' || text === 'false') return text === 'true'
    if (text === 'nil') return undefined
    if (text === 'function') {
      this.#skipBlock()
      return this.#codeFrom(from)
    }
    if (type !== 'name') return { type: 'code', text, line }
    let name = text
    while (this.#take('.')) name += `.${this.#next().text}`
    return this.#variables.has(name) ? this.#variables.get(name) : { type: 'code', text: name, line }
  }

  #table(): LuaTable {
    const list: LuaValue[] = []
    const fields = new Map<string, LuaValue>()
    const { line } = this.#next()
    while (!this.#take('}')) {
      const [now, next] = [this.#token, this.#tokens[this.#at + 1]]
      if (now.type === 'end' || next === undefined) throw unclosed(line, this.#file)
      if (now.type === 'name' && next.type === 'sign' && next.text === '=') {
        this.#at += 2
        fields.set(now.text, this.#expression())
      } else if (now.type === 'sign' && now.text === '[') {
        this.#at++
        const key = this.#operand()
        this.#take(']')
        this.#take('=')
        fields.set(String(isText(key) ? key : '?'), this.#expression())
      } else list.push(this.#expression())
      if (!this.#take(',')) this.#take(';')
    }
    return { type: 'table', list, fields }
  }

  #next(): LuaToken {
    const token = this.#token
    this.#at++
    return token
  }

  #take(text: string): boolean {
    if (this.#token.text !== text || this.#token.type === 'string') return false
    this.#at++
    return true
  }

  /** Whether an expression can end before this token. */
  #endsHere(): boolean {
    const { type, text } = this.#token
    if (type === 'end' || type === 'name') return true
    return type === 'sign' && [',', ';', '}', ')', ']'].includes(text)
  }

  /** To where the surrounding table or statement goes on. */
  #skipExpression(): void {
    for (let depth = 0; this.#token.type !== 'end'; this.#at++) {
      const { type, text } = this.#token
      if (depth === 0 && type === 'sign' && [',', ';', '}', ')', ']'].includes(text)) return
      if (type === 'name' && text === 'function') {
        this.#at++
        this.#skipBlock()
        this.#at--
      } else if (type === 'sign' && '([{'.includes(text)) depth++
      else if (type === 'sign' && ')]}'.includes(text)) depth--
      else if (depth === 0 && type === 'name' && STARTERS.has(text)) return
    }
  }

  /** From within a block to after the `end` that closes it. */
  #skipBlock(): void {
    for (let depth = 1; depth > 0 && this.#token.type !== 'end'; this.#at++) {
      if (this.#token.type !== 'name') continue
      if (OPENERS.has(this.#token.text)) depth++
      if (CLOSERS.has(this.#token.text)) depth--
    }
  }

  /** Goes over code to the next statement of this kind at the top. */
  #skipStatement(): LuaCode {
    const from = this.#at
    let depth = 0
    for (; this.#token.type !== 'end'; this.#at++) {
      const { type, text } = this.#token
      const isName = type === 'name'
      if (depth === 0 && this.#at > from && isName && STARTERS.has(text) && !isJoined(this.#tokens, this.#at)) break
      if ((isName && OPENERS.has(text)) || (type === 'sign' && '([{'.includes(text))) depth++
      else if ((isName && CLOSERS.has(text)) || (type === 'sign' && ')]}'.includes(text))) depth--
    }
    return this.#codeFrom(from)
  }

  #codeFrom(from: number): LuaCode {
    const words = this.#tokens.slice(from, Math.max(this.#at, from + 1)).map(({ text }) => text)
    const text = words.join(' ')
    return { type: 'code', text: text.length > 60 ? `${text.slice(0, 57)}…` : text, line: this.#tokens[from]!.line }
  }
}

const KEYWORDS: ReadonlySet<string> = new Set(['for', 'while', 'if', 'function', 'repeat', 'do', 'return', 'end', 'until'])
/** Where code that was gone over ends. */
const STARTERS: ReadonlySet<string> = new Set(['settings', 'sync', 'local', 'for', 'while', 'if', 'function'])

/** `local function`, `default.sync`: no statement of its own. */
function isJoined(tokens: readonly LuaToken[], at: number): boolean {
  const before = tokens[at - 1]!.text
  return before === 'local' || before === '.' || before === '='
}

function isText(value: LuaValue): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
