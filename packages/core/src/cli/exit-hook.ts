import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Command } from '../model/run-settings.ts'
import type { Logger } from '../observe/log.ts'

export interface HookOptions {
  readonly command: Command
  /** What it is called in the log. */
  readonly name: string
  /** Further variables of its environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly log: Logger
  /** Ends it with all that it has started. */
  readonly signal: AbortSignal
}

/** Runs a command of the user to its end; its output goes into the log line by line. Returns whether it went well. */
export async function runHook({ command, name, environment, log, signal }: HookOptions): Promise<boolean> {
  const [program, ...args] = typeof command === 'string' ? [command] : command
  const text = typeof command === 'string' ? command : command.join(' ')
  log.info(`${name}: ${text}`)
  // A group of its own, so that what it has started is ended with it.
  const child = spawn(program!, args, {
    shell: typeof command === 'string',
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const abort = (): void => kill(child.pid)
  signal.addEventListener('abort', abort)
  for (const [stream, tell] of [
    [child.stdout, (line: string) => log.info(`${name}: ${line}`)],
    [child.stderr, (line: string) => log.warn(`${name}: ${line}`)],
  ] as const)
    createInterface({ input: stream }).on('line', tell)
  const end = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(`cannot be run: ${error.message}`))
    child.on('close', (code, signalName) => {
      if (code === 0) resolve(undefined)
      else resolve(signalName === null ? `ended with ${code}` : `was ended by ${signalName}`)
    })
  })
  signal.removeEventListener('abort', abort)
  if (end !== undefined) log.error(`${name}: ${text} ${end}`, { event: 'hook-failed' })
  return end === undefined
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM')
  } catch {
    // It has ended by itself.
  }
}
