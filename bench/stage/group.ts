import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { treeUsage } from './usage.ts'

/** Between two looks at what a group uses, when it is to come to rest. */
const LOOK_EVERY_MS = 100
const END_PATIENCE_MS = 1000

/** Those that run now; a bench that is cut short leaves none behind. */
const running = new Set<Group>()
process.on('exit', () => {
  for (const group of running) group.kill()
})

export interface GroupCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where its output goes: a file, not a pipe, as a bench that is busy looking must not hold up what it measures. */
  readonly log: string
}

/** A program with all that it starts: what is measured, and held while others have their turn. */
export class Group {
  readonly #child: ChildProcess
  readonly #log: string
  readonly #pid: number
  readonly #startedAt = performance.now()
  #peakMiB = 0

  constructor({ command, args, env, log }: GroupCommand) {
    const output = fs.openSync(log, 'w')
    this.#child = spawn(command, args, { stdio: ['ignore', output, output], env: { ...process.env, ...env }, detached: true })
    fs.closeSync(output)
    this.#log = log
    this.#pid = this.#child.pid ?? 0
    if (this.#pid === 0) throw new Error(`${command} could not be started`)
    running.add(this)
  }

  /** Since its start. */
  get ageMs(): number {
    return performance.now() - this.#startedAt
  }

  /** Whether its first process has ended by itself. Known only after the event loop has turned. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  get output(): string {
    return fs.readFileSync(this.#log, 'utf8')
  }

  /** CPU time of all its processes so far, ended ones included. */
  cpuMs(): number {
    return treeUsage(this.#pid).cpuMs
  }

  /** Resident memory of all its processes now. */
  residentMiB(): number {
    return treeUsage(this.#pid).residentMiB
  }

  /** Takes note of the memory of what runs now, for {@link peakMiB}. */
  sample(): void {
    this.#peakMiB = Math.max(this.#peakMiB, treeUsage(this.#pid).peakMiB)
  }

  /** The most that was seen by {@link sample}: of all that ran at one time, what each had at most. */
  peakMiB(): number {
    this.sample()
    return this.#peakMiB
  }

  /** Resolves when it uses no CPU to speak of, or when that has not come about for `limitMs`. */
  async rest(limitMs = 30_000): Promise<void> {
    const end = performance.now() + limitMs
    for (let before = -Infinity; performance.now() < end; await pause(LOOK_EVERY_MS)) {
      const now = this.cpuMs()
      if (now - before < 1) return
      before = now
    }
  }

  /** Holds all of it until {@link thaw}: whose turn it is not must take nothing from the others. */
  freeze(): void {
    this.#signal('SIGSTOP')
  }

  thaw(): void {
    this.#signal('SIGCONT')
  }

  /** Asks it to end, and makes it when it does not. */
  async stop(): Promise<void> {
    this.thaw()
    this.#signal('SIGTERM')
    for (const end = performance.now() + END_PATIENCE_MS; !this.hasEnded && performance.now() < end;) await pause(10)
    this.kill()
    while (!this.hasEnded) await pause(10)
  }

  kill(): void {
    running.delete(this)
    this.#signal('SIGKILL')
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#pid, signal)
    } catch {
      // All of it has ended.
    }
  }
}
