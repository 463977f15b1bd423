import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { SshDestination } from './destination.ts'
import { sshFailure, startFailure } from './failure.ts'
import type { RsyncOptions } from './options.ts'
import { kill, type Orphans } from './orphans.ts'

export interface SshSettings {
  readonly destination: SshDestination
  readonly options: RsyncOptions['ssh']
  readonly stateDir: string
  readonly orphans: Orphans
}

/** One connection for as long as the target lasts; everything goes through it, so that keys are exchanged once. */
export class SshConnection {
  readonly #settings: SshSettings
  readonly #socket: string
  readonly #ownDirectory: string | undefined
  #master: ChildProcess | undefined

  constructor(settings: SshSettings) {
    this.#settings = settings
    const wanted = path.join(settings.stateDir, 's')
    // A socket's path is short: 104 bytes on some systems, and ssh adds seventeen while it makes it.
    const fits = Buffer.byteLength(wanted) <= LONGEST_SOCKET && /^[\w./-]+$/u.test(wanted)
    this.#ownDirectory = fits ? undefined : mkdtempSync(path.join(os.tmpdir(), 'clsync-'))
    this.#socket = this.#ownDirectory === undefined ? wanted : path.join(this.#ownDirectory, 's')
  }

  get isUp(): boolean {
    return this.#master !== undefined
  }

  /** Connects when it is not. Throws what says why that cannot be. */
  async ensure(signal: AbortSignal): Promise<void> {
    if (this.#master !== undefined) return
    rmSync(this.#socket, { force: true })
    await this.#connect(signal)
  }

  /** The arguments for ssh that run `command` (for the shell there) through the connection. */
  arguments(command: string): string[] {
    return [...this.#base(), '-o', 'ControlMaster=no', '--', this.#settings.destination.host, command]
  }

  get command(): string {
    return this.#settings.options.command
  }

  /** The ssh command as rsync splits it: by blanks, with quotes. */
  get rsh(): string {
    return [this.command, ...this.#base(), '-o', 'ControlMaster=no'].map(quoted).join(' ')
  }

  close(): void {
    const pid = this.#master?.pid
    this.#master = undefined
    if (pid !== undefined) kill(pid, 'SIGTERM')
    if (this.#ownDirectory !== undefined) rmSync(this.#ownDirectory, { recursive: true, force: true })
  }

  #connect(signal: AbortSignal): Promise<void> {
    const { destination, orphans } = this.#settings
    // Runs here when the connection stands.
    const told = ['-o', 'PermitLocalCommand=yes', '-o', `LocalCommand=echo ${READY}`]
    const args = [...this.#base(), '-N', '-o', 'ControlMaster=yes', '-o', 'ControlPersist=no', ...told, '--', destination.host]
    return new Promise((resolve, reject) => {
      const master = spawn(this.command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
      if (master.pid !== undefined) orphans.started(master.pid)
      let stderr = ''
      const end = (): void => void (master.pid !== undefined && kill(master.pid, 'SIGTERM'))
      signal.addEventListener('abort', end)
      master.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-MOST_STDERR)))
      master.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!text.includes(READY)) return
        signal.removeEventListener('abort', end)
        this.#master = master
        resolve()
      })
      master.on('error', (error) => reject(startFailure(error, this.command)))
      master.on('close', () => {
        signal.removeEventListener('abort', end)
        if (master.pid !== undefined) orphans.ended(master.pid)
        if (this.#master === master) this.#master = undefined
        reject(signal.aborted ? (signal.reason as Error) : sshFailure(stderr, destination.host))
      })
    })
  }

  #base(): string[] {
    const { destination, options } = this.#settings
    const { identityFile, jumpHost, configFile } = options
    const user = destination.user ?? options.user
    const port = destination.port ?? options.port
    const args = ['-S', this.#socket, '-T', '-a', '-x', '-o', 'BatchMode=yes', '-o', 'ClearAllForwardings=yes']
    if (configFile !== undefined) args.push('-F', configFile)
    if (user !== undefined) args.push('-l', user)
    if (port !== undefined) args.push('-p', String(port))
    if (identityFile !== undefined) args.push('-i', identityFile)
    if (jumpHost !== undefined) args.push('-J', jumpHost)
    for (const [name, value] of Object.entries({ ...DEFAULTS, ...options.options })) args.push('-o', `${name}=${value}`)
    return args
  }
}

/** A word as rsync reads it in `--rsh`: inside of quotes a quote is written twice. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "''")}'`
}

/** A connection that is dead is noticed within half a minute. */
const DEFAULTS = { ConnectTimeout: '15', ServerAliveInterval: '10', ServerAliveCountMax: '3' }
const READY = 'clsync-is-connected'
const LONGEST_SOCKET = 104 - 18
const MOST_STDERR = 8192
