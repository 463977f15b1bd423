import { styleText } from 'node:util'
import type { Log } from '../handler.ts'
import type { Clock } from '../model/clock.ts'
import { isSecretName, withoutSecrets } from './secret.ts'
import { printable, type Terminal } from './terminal.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** Fields of a line. Values under a name such as `token` or `password` are masked. */
type Fields = Readonly<Record<string, unknown>>

/** A {@link Log} for engines and handlers, with what the command line needs besides. */
export interface Logger extends Log {
  error(message: string, data?: object): void
  /** Something that programs wait for: a JSON line gets `event`, a person reads `message`. */
  event(name: string, message: string, data?: object): void
  /** A logger whose lines carry `fields` (`task`, `target`, …) as well. */
  scope(fields: Fields): Logger
  /** Whether debug lines are shown, so that a caller can spare itself making them. */
  readonly isDebug: boolean
  /** Writes what is held back: the count of equal lines. */
  flush(): void
}

export interface LogOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly format: 'pretty' | 'json'
  /** For a log service, which knows the time: each line begins with its priority (`<6>`), without time and colour. Default false. */
  readonly hasPriorities?: boolean
  /** Lines below it are dropped. Events are `info`. */
  readonly level: Level
}

/**
 * Lines for people, or one JSON object a line. Of equal lines in a row the first is written at once, those within the next ten
 * seconds are counted, and the count is told before the next line.
 */
export function createLogger(options: LogOptions): Logger {
  const writer = createWriter(options)
  const least = LEVELS.indexOf(options.level)
  return scoped({})

  function scoped(fields: Fields): Logger {
    const at = (level: Level) => (message: string, data?: object) => {
      if (LEVELS.indexOf(level) >= least) writer.write({ level, message, fields, data })
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      event(event, message, data) {
        if (LEVELS.indexOf('info') >= least || options.format === 'json')
          writer.write({ level: 'info', event, message, fields, data })
      },
      scope: (more) => scoped({ ...fields, ...more }),
      isDebug: options.level === 'debug',
      flush: () => writer.flush(),
    }
  }
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

interface Line {
  readonly level: Level
  readonly event?: string
  readonly message: string
  readonly fields: Fields
  readonly data: object | undefined
}

function createWriter({ terminal, clock, format, hasPriorities = false }: LogOptions) {
  const pretty = (line: Line, time: Date): string =>
    hasPriorities ? prettyLine(line, undefined, false) : prettyLine(line, time, terminal.isColored)
  const text = format === 'json' ? jsonLine : pretty
  const print = (line: Line, time: Date): string => (hasPriorities ? `<${PRIORITIES[line.level]}>` : '') + text(line, time)
  let last: { readonly line: Line; readonly key: string; readonly since: number; repeats: number } | undefined
  return { write, flush }

  function write(line: Line): void {
    const key = JSON.stringify([line.level, line.event, line.message, line.fields, masked(line.data)])
    if (last?.key === key && clock.monotonic() - last.since < REPEAT_WINDOW_MS) {
      last.repeats++
      return
    }
    flush()
    terminal.line(print({ ...line, message: withoutSecrets(line.message) }, new Date(clock.now())))
    last = { line, key, since: clock.monotonic(), repeats: 0 }
  }

  function flush(): void {
    if (!last || last.repeats === 0) return
    const { level, fields } = last.line
    const times = last.repeats === 1 ? 'once more' : `${last.repeats} times more`
    terminal.line(
      print({ level, fields, message: `(the same ${times})`, data: { repeats: last.repeats } }, new Date(clock.now())),
    )
    last = undefined
  }
}

const REPEAT_WINDOW_MS = 10_000

/** Syslog's numbers. */
const PRIORITIES: Readonly<Record<Level, number>> = { debug: 7, info: 6, warn: 4, error: 3 }

function jsonLine({ level, event, message, fields, data }: Line, time: Date): string {
  return JSON.stringify({
    time: time.toISOString(),
    level,
    ...(event !== undefined && { event }),
    ...fields,
    message,
    ...asObject(masked(data)),
  })
}

/** `12:30:01 backup  3 changes, 12 kB, 14 ms`; more fields at the end as `name=value`. */
function prettyLine({ level, message, fields, data, event }: Line, time: Date | undefined, isColored: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    isColored ? styleText(format, text, { validateStream: false }) : text
  const clock = time === undefined ? '' : `${style('dim', time.toTimeString().slice(0, 8))} `
  const mark = MARKS[level]
  const scope = [fields['task'], fields['target']]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' → ')
  const extra = event === undefined ? fieldsText(asObject(masked(data))) : ''
  const text =
    level === 'warn' || level === 'error'
      ? style(level === 'warn' ? 'yellow' : 'red', `${mark}${printable(message)}`)
      : `${mark}${printable(message)}`
  return `${clock}${scope === '' ? '' : `${style('cyan', printable(scope))}  `}${text}${extra === '' ? '' : ` ${style('dim', printable(extra))}`}`
}

const MARKS: Readonly<Record<Level, string>> = { debug: '· ', info: '', warn: '! ', error: '✖ ' }

function fieldsText(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([name, value]) => value !== undefined && name !== 'repeats' && name !== 'event')
    .map(([name, value]) => `${name}=${typeof value === 'string' && !/\s/u.test(value) ? value : JSON.stringify(value)}`)
    .join(' ')
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // any object can be read so
}

/** `value` fit for JSON, with secrets masked, errors as text and depth cut. */
function masked(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return withoutSecrets(value)
  if (value instanceof Error) return withoutSecrets(value.message)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => masked(item, depth + 1))
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isSecretName(name) && inner !== undefined ? '***' : masked(inner, depth + 1),
  ])
  return Object.fromEntries(entries) as unknown
}

const MAX_DEPTH = 6
const MAX_ITEMS = 100
