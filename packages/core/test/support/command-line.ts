import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { main } from '../../src/cli/main.ts'

export interface CommandLine {
  readonly code: Promise<number>
  readonly out: () => string
  readonly err: () => string
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): void
}

/** Runs the command line with real engines, in this process. What is left running is ended after the test. */
export function runCommandLine(
  cwd: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): CommandLine {
  const listeners = new Map<string, () => void>()
  let out = ''
  let err = ''
  let isOver = false
  const code = main(argv, {
    cwd,
    home: path.join(cwd, 'home'),
    environment: { XDG_STATE_HOME: path.join(cwd, 'state'), ...environment },
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    onSignal(signal, run) {
      listeners.set(signal, run)
      return () => listeners.delete(signal)
    },
    exit: () => undefined,
  }).finally(() => (isOver = true))
  onTestFinished(async () => {
    if (isOver) return
    listeners.get('SIGTERM')?.()
    listeners.get('SIGTERM')?.()
    await code
  })
  return { code, out: () => out, err: () => err, signal: (name) => listeners.get(name)?.() }
}

/** The text of a file, `undefined` when there is none. */
export function textAt(...parts: readonly string[]): string | undefined {
  const file = path.join(...parts)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
