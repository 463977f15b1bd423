import { ClsyncError } from '../model/error.ts'

/** One `key=value` from the command line. */
export interface OptionPair {
  /** Dotted keys nest: `a.b=1` is `{ a: { b: 1 } }`. */
  readonly path: readonly string[]
  /** What it may mean, most likely first: a JSON value, the text itself, a list of it. */
  readonly meanings: readonly unknown[]
}

/** Reads `key=value` texts; a key given several times becomes a list. Throws `CLI_USAGE`. */
export function parseOptionPairs(texts: readonly string[]): OptionPair[] {
  const byKey = new Map<string, string[]>()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const key = text.slice(0, equals)
    if (equals < 1 || key.split('.').some((part) => part === '' || FORBIDDEN.has(part))) throw malformed(text)
    byKey.set(key, [...(byKey.get(key) ?? []), text.slice(equals + 1)])
  }
  return [...byKey].map(([key, values]) => ({ path: key.split('.'), meanings: meaningsOf(values) }))
}

/** `options` with the pairs put in; `meaning` chooses which one of each pair is taken, by default the first. */
export function applyOptionPairs(
  options: unknown,
  pairs: readonly OptionPair[],
  meaning: (pair: OptionPair) => unknown = first,
): unknown {
  let result = options
  for (const pair of pairs) result = withValue(result, pair.path, meaning(pair))
  return result
}

function first(pair: OptionPair): unknown {
  return pair.meanings[0]
}

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

function meaningsOf(texts: readonly string[]): unknown[] {
  if (texts.length > 1) return [texts.map(literal), texts, texts.map(json)]
  const text = texts[0] ?? ''
  return [literal(text), text, json(text), [literal(text)], [text]]
}

/** A JSON value where that loses nothing: `12345678901234567890` and `007` stay text. */
function literal(text: string): unknown {
  const value = json(text)
  return typeof value === 'number' && String(value) !== text ? text : value
}

function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' || value === null ? text : value
  } catch {
    return text
  }
}

function withValue(options: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const base = typeof options === 'object' && options !== null && !Array.isArray(options) ? options : {}
  return { ...base, [key]: withValue(Reflect.get(base, key), rest, value) }
}

function malformed(text: string): ClsyncError {
  return new ClsyncError('CLI_USAGE', {
    message: `"${text}" is not a handler option.`,
    why: 'A handler option is key=value; dots in the key nest.',
    fix: 'Write for example: -o delete=true -o ssh.port=2222',
  })
}
