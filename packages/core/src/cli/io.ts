import { homedir } from 'node:os'
import type { Engine, EngineOptions } from '../engine/engine.ts'
import { systemClock, type Clock } from '../model/clock.ts'
import type { Task } from '../model/task.ts'
import type { Stream } from '../observe/terminal.ts'

/** What the command line touches of the world, so that a test can stand in for it. */
export interface Io {
  /** The log, and what was asked for. */
  readonly stdout: Stream
  /** What went wrong. */
  readonly stderr: Stream
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  readonly clock: Clock
  /** Calls `run` at each such signal until the returned function is called. */
  onSignal(signal: StopSignal, run: () => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
  createEngine(task: Task, options: EngineOptions): Promise<Engine>
}

export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

/** The real world. A reader of the output that goes away ends nothing: files go on being synced. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr])
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined)
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    cwd: process.cwd(),
    home: homedir(),
    clock: systemClock,
    onSignal(signal, run) {
      process.on(signal, run)
      return () => process.off(signal, run)
    },
    exit: (code) => process.exit(code),
    async createEngine(task, options) {
      const { createEngine } = await import('../engine/engine.ts')
      return createEngine(task, options)
    },
  }
}
