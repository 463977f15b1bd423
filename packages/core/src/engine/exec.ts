import type { ExecOptions, ExecResult } from '../handler.ts'

/** After the polite signal, children have this long. */
const KILL_AFTER_MS = 2000

/** Runs a command without a shell; see `HandlerContext.exec`. */
export async function exec(command: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const { execa } = await import('execa') // not needed by handlers that run in process
  const { input, cwd, env, signal } = options
  signal?.throwIfAborted()
  // A group of its own, so that what the command started is ended with it.
  const child = execa(command, args, {
    reject: false,
    detached: true,
    ...(input !== undefined && { input }),
    ...(cwd && { cwd }),
    ...(env && { env }),
  })
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
    if (result instanceof Error && result.code === 'ENOENT' && result.exitCode === undefined) throw result
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
