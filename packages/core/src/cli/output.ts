import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'
import type { LogTo } from '../model/run-settings.ts'
import type { Stream } from '../observe/terminal.ts'
import type { Io } from './io.ts'

/** Where the log goes. */
export interface Output {
  readonly stream: Stream
  /** Lines are written for a log service, which knows the time: they begin with their priority. */
  readonly hasPriorities: boolean
  /** Waits until everything has been handed over. */
  close(): Promise<void>
}

/** Opens what `logTo` names. Stdout that leads to the journal gets priorities without being asked. */
export function openOutput(logTo: LogTo, io: Pick<Io, 'stdout' | 'stderr' | 'environment'>, label: string): Output {
  if (logTo === 'syslog') return openSyslog(label, io)
  const stream = logTo === 'stderr' ? io.stderr : io.stdout
  const hasPriorities = logTo === 'journal' || (logTo === 'stdout' && isJournal(1, io.environment))
  return { stream, hasPriorities, close: () => Promise.resolve() }
}

/**
 * `logger` (util-linux, everywhere on Linux) knows the way to the log service of this machine. A log that cannot be written must not
 * end anything.
 */
function openSyslog(label: string, { stderr }: Pick<Io, 'stderr'>): Output {
  const args = ['--prio-prefix', '--priority', 'daemon.info', '--tag', `clsync[${label}]`, `--id=${process.pid}`]
  // It outlives a signal for the whole group (Ctrl-C), so that the last lines arrive.
  const child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  let isDead = false
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const die = (reason: string): void => {
    if (!isDead) stderr.write(`The log cannot be written to syslog: ${reason}\n`)
    isDead = true
    resolve()
  }
  child.on('error', (error) => die(error.message))
  child.stdin.on('error', () => undefined) // told by its end
  child.on('close', (code) => (code === 0 ? resolve() : die(`logger ended with ${code}`)))
  child.unref()
  return {
    stream: { write: (text) => isDead || child.stdin.write(text) },
    hasPriorities: true,
    close() {
      child.ref()
      child.stdin.end()
      return ended
    },
  }
}

/** systemd says with which stream it reads the output. */
function isJournal(descriptor: number, environment: Io['environment']): boolean {
  const given = environment['JOURNAL_STREAM']
  if (given === undefined) return false
  try {
    const { dev, ino } = fstatSync(descriptor)
    return given === `${dev}:${ino}`
  } catch {
    return false
  }
}
