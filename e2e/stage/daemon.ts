import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { until } from './until.ts'

/** The built command. */
const BIN = path.resolve(import.meta.dirname, '../../packages/core/bin/clsync.js')

/** One line of the JSON log. */
export interface LogLine {
  readonly level: string
  readonly message: string
  readonly event?: string
  readonly code?: string
  readonly task?: string
  readonly target?: string
  readonly changes?: number
  readonly reason?: string
  readonly [field: string]: unknown
}

export interface DaemonOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Words before the command, such as a program that drops privileges. */
  readonly prefix?: readonly string[]
}

/** How the process ended. */
interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The command running as a process of its own, its log read as JSON. */
export interface Daemon {
  readonly pid: number
  readonly lines: readonly LogLine[]
  /** Everything written so far, stdout and stderr. */
  readonly output: string
  /** Set when it has ended and its output is complete. */
  readonly ended: End | undefined
  kill(signal?: NodeJS.Signals): void
  end(timeoutMs?: number): Promise<End>
  /** Waits for the `ready` line; throws when the process ends before. */
  ready(timeoutMs?: number): Promise<LogLine>
  /** Waits for a line that fits. */
  line(what: string, fits: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine>
  /** SIGTERM, then the end. */
  stop(): Promise<End>
}

/** Starts `clsync ARGS --log-format json`. */
export function startDaemon(args: readonly string[], { cwd, env, prefix = [] }: DaemonOptions = {}): Daemon {
  const [program = process.execPath, ...words] = [...prefix, process.execPath, BIN, '--log-format', 'json', ...args]
  const child = spawn(program, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const state = collect(child)
  const daemon: Daemon = {
    pid: child.pid ?? -1,
    lines: state.lines,
    get output() {
      return state.output
    },
    get ended() {
      return state.ended
    },
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    end: (timeoutMs = 20_000) => until('the end of clsync', () => state.ended, { timeoutMs, also: () => state.output }),
    ready: (timeoutMs) => daemon.line('the ready line', (line) => line.event === 'ready', timeoutMs),
    line: (what, fits, timeoutMs = 20_000) =>
      until(
        what,
        () => {
          const found = state.lines.find(fits)
          if (found === undefined && state.ended !== undefined) throw new Error(`clsync ended before ${what}:\n${state.output}`)
          return found
        },
        { timeoutMs, also: () => state.output },
      ),
    async stop() {
      daemon.kill('SIGTERM')
      return daemon.end()
    },
  }
  return daemon
}

interface Collected {
  readonly lines: LogLine[]
  output: string
  ended: End | undefined
}

function collect(child: ChildProcess): Collected {
  const state: Collected = { lines: [], output: '', ended: undefined }
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    state.output += text
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) state.lines.push(parse(part))
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    state.output += text
  })
  child.on('close', (code, signal) => {
    state.ended = { code, signal }
  })
  child.on('error', (error) => {
    state.output += String(error)
    state.ended = { code: null, signal: null }
  })
  return state
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine // what it has is checked where it is used
  } catch {
    return { level: 'none', message: text }
  }
}
