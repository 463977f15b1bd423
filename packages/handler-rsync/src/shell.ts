import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { startFailure } from './failure.ts'
import { HandLost } from './hand.ts'
import { kill, type Orphans } from './orphans.ts'
import { HELLO } from './shell-text.ts'

/** A script for the shell, with the content that it reads. */
export interface Request {
  /** One line, one character a byte. */
  readonly script: string
  readonly content?: readonly Uint8Array[]
  /** Without an answer for so long the shell is given up. */
  readonly mostMs?: number
}

/** A shell that is kept open at the target. One request at a time. */
export class Shell {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #orphans: Orphans
  #received = ''
  #stderr = ''
  #records: string[] = []
  #waiting: { resolve(records: string[]): void; reject(error: Error): void } | undefined
  #isOver = false

  private constructor(child: ChildProcessWithoutNullStreams, orphans: Orphans) {
    this.#child = child
    this.#orphans = orphans
    if (child.pid !== undefined) orphans.started(child.pid)
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.#take(text))
    child.stderr.setEncoding('latin1').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-MOST_STDERR)))
    child.stdin.on('error', () => undefined)
    child.on('exit', () => setTimeout(() => this.#finish(), LINGER_MS).unref())
    child.on('close', () => this.#finish())
  }

  /** Starts a command that runs {@link PROGRAM}. Rejects when it says no hello. */
  static async start(command: string, args: readonly string[], orphans: Orphans, signal: AbortSignal): Promise<Shell> {
    const child = spawn(command, args, { detached: true, stdio: 'pipe' })
    const started = new Promise<void>((resolve, reject) => {
      child.on('spawn', resolve)
      child.on('error', (error) => reject(startFailure(error, command)))
    })
    const shell = new Shell(child, orphans)
    await started
    await shell.#greeting(signal)
    return shell
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Runs a script to its `end`. Rejects when the shell ends before, and ends it when the signal aborts. */
  async request({ script, content = [], mostMs }: Request, signal: AbortSignal): Promise<string[]> {
    if (this.#waiting !== undefined) throw new Error('the shell is busy')
    if (this.#isOver) throw this.#lost()
    const line = Buffer.from(`${script}\n`, 'latin1')
    // Reading a line takes a system call for each byte.
    const parts = line.length > LONG_LINE ? [Buffer.from(`eval "$(head -c ${line.length})"\n`), line] : [line]
    const answer = this.#answer(signal)
    this.#child.stdin.write(Buffer.concat([...parts, ...content]))
    const timer = mostMs === undefined ? undefined : setTimeout(() => this.#giveUp(), mostMs)
    try {
      return await answer
    } finally {
      clearTimeout(timer)
    }
  }

  #giveUp(): void {
    this.close()
    this.#finish()
  }

  close(): void {
    this.#child.stdin.end()
    if (this.#child.pid !== undefined) kill(this.#child.pid, 'SIGTERM')
  }

  /** What a login shell may print before counts for nothing. */
  async #greeting(signal: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.close(), HELLO_MS)
    try {
      await this.#answer(signal)
    } finally {
      clearTimeout(timer)
    }
  }

  #answer(signal: AbortSignal): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.close()
        this.#settle()?.reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
      }
      const forget = (): void => signal.removeEventListener('abort', onAbort)
      this.#waiting = {
        resolve: (records) => {
          forget()
          resolve(records)
        },
        reject: (error) => {
          forget()
          reject(error)
        },
      }
      signal.addEventListener('abort', onAbort)
      if (signal.aborted) onAbort()
      else if (this.#isOver) this.#settle()?.reject(this.#lost())
    })
  }

  #take(text: string): void {
    const parts = (this.#received + text).split('\0')
    this.#received = parts.pop()!
    for (const part of parts) {
      if (part !== 'end' && !part.endsWith(HELLO)) this.#records.push(part)
      else this.#settle()?.resolve(this.#records.splice(0))
    }
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#child.pid !== undefined) this.#orphans.ended(this.#child.pid)
    this.#settle()?.reject(this.#lost())
  }

  #settle(): { resolve(records: string[]): void; reject(error: Error): void } | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }

  /** With what it said before it ended. */
  #lost(): ShellLost {
    return new ShellLost(this.#records.splice(0), this.#stderr, this.#child.exitCode ?? undefined)
  }
}

/** The shell has ended: by itself, after saying why, or as the connection was lost. */
export class ShellLost extends HandLost {
  readonly records: readonly string[]
  /** Whether the other side has ended it of its own accord; 255 is what ssh says of a lost connection and of a command that was killed. */
  readonly isRefusal: boolean

  constructor(records: readonly string[], stderr: string, exitCode: number | undefined) {
    super(`The shell at the target has ended: ${stderr.trim().split('\n').slice(-2).join('; ') || 'it said nothing'}`)
    this.records = records
    this.isRefusal = exitCode !== undefined && exitCode !== 255
  }
}

/** After its end, for what is left of its output. */
const LINGER_MS = 1000
const HELLO_MS = 30_000
const LONG_LINE = 4096
const MOST_STDERR = 8192
