import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import type { Io } from './io.ts'

/** Set in the process that was sent to the background. */
const CHILD = 'CLSYNC_IN_BACKGROUND'
/** Descriptor by which it says that its tasks have begun. */
const READY = 3

export function isInBackground(environment: Io['environment']): boolean {
  return environment[CHILD] === '1'
}

/** Begins the same command once more in a session of its own, and waits until its tasks have begun. Returns the exit code. */
export function goToBackground(argv: readonly string[], { stdout, stderr, cwd }: Io): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...argv], {
    cwd,
    detached: true,
    env: { ...process.env, [CHILD]: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  // What makes a start impossible is told here.
  child.stderr?.on('data', (chunk: Buffer) => stderr.write(chunk.toString()))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      stderr.write(`clsync cannot be begun in the background: ${error.message}\n`)
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
    child.stdio[READY]?.once('data', () => {
      stdout.write(`clsync runs in the background as process ${child.pid}\n`)
      child.stderr?.destroy()
      child.unref()
      resolve(0)
    })
  })
}

let isTold = false

/** Lets the process that waits in the terminal go. */
export function tellBegun(): void {
  if (isTold) return
  isTold = true
  try {
    writeSync(READY, '1')
    closeSync(READY)
  } catch {
    // It is gone already.
  }
}
