import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Remembers which processes were started, so that what a killed clsync left running is ended before anything new is sent: an old
 * rsync could put old content over new.
 */
export class Orphans {
  readonly #file: string
  readonly #running = new Map<number, string>()

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'processes')
  }

  /** Ends what the run before has left, with its process groups. */
  async end(): Promise<void> {
    const left = readLines(this.#file).filter(([pid, started]) => startOf(pid) === started)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (const [pid] of left) kill(pid, signal)
      const until = performance.now() + GRACE_MS
      while (left.some(([pid, started]) => startOf(pid) === started) && performance.now() < until) await wait(10)
    }
    fs.rmSync(this.#file, { force: true })
  }

  /** Takes note of one. When that cannot be written down, the process is ended, and the error thrown. */
  started(pid: number): void {
    const started = startOf(pid)
    if (started === undefined) return
    this.#running.set(pid, started)
    try {
      this.#write()
    } catch (error) {
      // Nobody would end it after a crash.
      kill(pid, 'SIGKILL')
      throw error
    }
  }

  ended(pid: number): void {
    // Written with the next that starts: a process that has ended is recognised by its time.
    this.#running.delete(pid)
  }

  close(): void {
    if (this.#running.size === 0) fs.rmSync(this.#file, { force: true })
  }

  #write(): void {
    const lines = [...this.#running].map(([pid, started]) => `${pid} ${started}\n`)
    fs.writeFileSync(`${this.#file}.new`, lines.join(''))
    fs.renameSync(`${this.#file}.new`, this.#file)
  }
}

/** Ends a process group; nothing happens when it has ended by itself. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone.
  }
}

/** When a process was started and which boot it was, so that a number that is used again is told apart. Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name may hold anything, so what counts begins after its last parenthesis.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : `${fields[18]}@${bootId()}`
  } catch {
    return undefined
  }
}

function bootId(): string {
  return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
}

function readLines(file: string): [pid: number, started: string][] {
  try {
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [pid, started] = line.split(' ')
        return [Number(pid), started ?? '']
      })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const GRACE_MS = 2000
