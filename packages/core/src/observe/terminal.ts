import { stripVTControlCharacters } from 'node:util'

/** Where text goes: the part of a stream that is used here. */
export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Lines that stay, above one line that may change. */
export interface Terminal {
  /** Whether a live line can be shown. */
  readonly isLive: boolean
  readonly isColored: boolean
  line(text: string): void
  /** Shows `text` as the live line, cut to the width; `undefined` removes it. */
  live(text: string | undefined): void
}

/** Colours and the live line only on a real terminal; colours not with `NO_COLOR`, and with `FORCE_COLOR` always. */
export function createTerminal(stream: Stream, environment: Readonly<Record<string, string | undefined>>): Terminal {
  const isLive = stream.isTTY === true && environment['TERM'] !== 'dumb'
  let shown: string | undefined
  return {
    isLive,
    isColored: wantsColor(stream, environment),
    line(text) {
      stream.write(shown === undefined ? `${text}\n` : `${ERASE}${text}\n${shown}`)
    },
    live(text) {
      if (!isLive || (text === undefined && shown === undefined)) return
      shown = text === undefined ? undefined : cut(text, (stream.columns ?? 80) - 1)
      stream.write(ERASE + (shown ?? ''))
    },
  }
}

/** See {@link createTerminal}. */
export function wantsColor(stream: Stream, environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment['NO_COLOR']) return false
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined && forced !== '' && forced !== '0') return true
  return stream.isTTY === true && environment['TERM'] !== 'dumb'
}

/** Names of files may hold anything; what would steer the terminal is shown as `\x1b`, and a line stays one line. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\uD800-\uDFFF\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0
    if (char === '\n') return '\\n'
    if (char === '\t') return '\\t'
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}` // a byte that is not UTF-8, see model/path.ts
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

const ERASE = '\r\u001B[2K'

function cut(text: string, width: number): string {
  const plain = stripVTControlCharacters(text)
  return plain.length <= width ? text : `${plain.slice(0, Math.max(0, width - 1))}…`
}
