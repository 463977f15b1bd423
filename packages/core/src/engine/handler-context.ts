import fs from 'node:fs'
import path from 'node:path'
import type { ExecOptions, ExecResult, HandlerContext, Log } from '../handler.ts'

export interface ContextOptions {
  readonly source: string
  readonly stateDir: string
  readonly target: string
  readonly dryRun: boolean
  readonly log: Log
  progress(bytes: number): void
}

/** What a handler is given at its setup. */
export function createHandlerContext({ source, stateDir, target, dryRun, log, progress }: ContextOptions): HandlerContext {
  const directory = path.join(stateDir, 'targets', encodeURIComponent(target))
  let isMade = false
  return {
    root: source,
    get stateDir() {
      if (!isMade) fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
      isMade = true
      return directory
    },
    dryRun,
    log,
    progress,
    exec,
  }
}

/** After the polite signal, children have this long. */
const KILL_AFTER_MS = 2000

async function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const { execa } = await import('execa') // not needed by handlers that run in process
  const { input, cwd, env, signal } = options
  signal?.throwIfAborted()
  // A group of its own, so that what the command started is ended with it.
  const child = execa(command, args, { reject: false, detached: true, ...(input !== undefined && { input }), ...(cwd && { cwd }), ...(env && { env }) })
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // The group has ended by itself.
    }
  }
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    kill('SIGTERM')
    timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS)
  }
  signal?.addEventListener('abort', onAbort)
  try {
    const result = await child
    if (result.code === 'ENOENT' && result.exitCode === undefined) throw result
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
