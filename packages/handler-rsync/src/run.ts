import { spawn } from 'node:child_process'
import { activityOf } from './activity.ts'
import { kill, type Orphans } from './orphans.ts'

export interface Run {
  readonly command: string
  readonly args: readonly string[]
  /** One character a byte (latin1). */
  readonly input: string
  readonly orphans: Orphans | undefined
  /** Without any sign of life for so long the run is ended. */
  readonly stallMs: number
  readonly signal: AbortSignal
  /** A piece of stdout, one character a byte. */
  output(text: string): void
}

export interface RunResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined
  readonly stderr: string
}

/**
 * Runs a command without a shell, in a process group of its own that is ended when the signal aborts, or when nothing has happened for
 * too long: rsync is known to hang now and then. Rejects then, and when the command cannot be started.
 */
export function run({ command, args, input, orphans, stallMs, signal, output }: Run): Promise<RunResult> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      detached: true,
      stdio: 'pipe',
      env: { ...process.env, LC_ALL: 'C', LANG: 'C', TZ: 'UTC' },
    })
    const { pid } = child
    if (pid !== undefined) orphans?.started(pid)
    const guard = new Watch(pid, stallMs, signal)
    let stderr = ''
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      guard.touch()
      output(text)
    })
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      guard.touch()
      if (stderr.length < MOST_STDERR) stderr += text
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(Buffer.from(input, 'latin1'))
    child.on('error', (error) => {
      guard.stop()
      reject(error)
    })
    child.on('close', (code) => {
      guard.stop()
      if (pid !== undefined) orphans?.ended(pid)
      if (guard.reason === undefined) resolve({ exitCode: code ?? undefined, stderr })
      else reject(guard.reason)
    })
  })
}

/** Ends a process group when it is time. */
class Watch {
  /** Why it was ended. */
  reason: Error | undefined
  readonly #pid: number | undefined
  readonly #signal: AbortSignal
  readonly #onAbort: () => void
  readonly #timer: NodeJS.Timeout
  #killer: NodeJS.Timeout | undefined
  #last = performance.now()
  #activity: string | undefined

  constructor(pid: number | undefined, stallMs: number, signal: AbortSignal) {
    this.#pid = pid
    this.#signal = signal
    this.#onAbort = () => this.#end(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
    signal.addEventListener('abort', this.#onAbort)
    this.#timer = setInterval(() => this.#look(stallMs), Math.min(5000, stallMs / 4))
  }

  touch(): void {
    this.#last = performance.now()
  }

  stop(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#killer)
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #look(stallMs: number): void {
    const activity = this.#pid === undefined ? undefined : activityOf(this.#pid)
    if (activity !== this.#activity) this.touch()
    this.#activity = activity
    if (performance.now() - this.#last > stallMs)
      this.#end(new Error(`rsync has done nothing for ${stallMs / 1000} s and was ended`))
  }

  #end(reason: Error): void {
    if (this.reason !== undefined || this.#pid === undefined) return
    this.reason = reason
    kill(this.#pid, 'SIGTERM')
    this.#killer = setTimeout(() => kill(this.#pid!, 'SIGKILL'), KILL_AFTER_MS)
  }
}

/** rsync removes its temporary file when it is asked to end. */
const KILL_AFTER_MS = 2000
const MOST_STDERR = 4 * 1024 * 1024
