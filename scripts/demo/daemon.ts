import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { resolve } from 'node:path'

export interface DaemonOptions {
  readonly source: string
  readonly target: string
  readonly stateDir: string
  /** Takes all that it prints. */
  readonly log: string
}

export interface Daemon {
  running(): boolean
  /** Resolves when it has ended, whoever ended it. */
  readonly exited: Promise<unknown>
  /** Asks it to end and waits. Resolves to what went wrong, if anything did. */
  stop(): Promise<string | undefined>
}

/** Starts the built command as a person would. */
export function startClsync({ source, target, stateDir, log }: DaemonOptions): Daemon {
  const command = resolve(import.meta.dirname, '../../node_modules/.bin/clsync')
  const output = openSync(log, 'w')
  // Detached: Ctrl-C in the terminal ends the demo, which then ends this in order.
  const child = spawn(command, [source, target, '--delay', '0', '--state-dir', stateDir], {
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  let ended: string | undefined
  const exited = once(child, 'exit').then(
    ([code, signal]) => (ended = `clsync ended with ${signal ?? `exit code ${code}`}`),
    (error: unknown) => (ended = `clsync did not start: ${error instanceof Error ? error.message : String(error)}`),
  )
  return {
    running: () => ended === undefined,
    exited,
    async stop() {
      const wasRunning = ended === undefined
      child.kill('SIGTERM')
      await exited
      const inOrder = child.exitCode === 0 || child.exitCode === 128 + constants.signals.SIGTERM || child.signalCode === 'SIGTERM'
      if (wasRunning && inOrder) return undefined
      return `${ended}; its last words:\n${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n')}`
    },
  }
}
