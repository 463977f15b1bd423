import { type HandlerContext, refuse } from '@clsync/core/handler'
import { type Destination, destinationText } from './destination.ts'
import { DestinationGone } from './failure.ts'
import { Shell, ShellLost, type Request } from './shell.ts'
import { Identity } from './identity.ts'
import type { RsyncOptions } from './options.ts'
import type { Orphans } from './orphans.ts'
import { Owners } from './owners.ts'
import { PROGRAM, openScript, removeTempsScript } from './shell-text.ts'
import { SshConnection } from './ssh.ts'
import type { TempNames } from './temp-names.ts'

export interface TargetSettings {
  readonly destination: Destination
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly orphans: Orphans
  readonly temps: TempNames
}

/** How the target is reached: the connection, and the shell where there can be one. */
export class Target {
  readonly #options: RsyncOptions
  readonly #context: HandlerContext
  readonly #orphans: Orphans
  readonly identity: Identity
  readonly #given: Destination
  readonly #temps: TempNames
  readonly connection: SshConnection | undefined
  /** The destination, free of links as soon as the shell has told. */
  destination: Destination
  owners: Owners | undefined
  isNew = false
  #shell: Shell | undefined
  /** No shell can be had there. */
  #isBare: boolean
  /** Of the directory that was opened first. */
  #mark: string | undefined

  constructor({ destination, options, context, orphans, temps }: TargetSettings) {
    this.#temps = temps
    this.#options = options
    this.#context = context
    this.#orphans = orphans
    this.#given = destination
    this.destination = destination
    this.identity = new Identity(context.stateDir, destinationText(destination))
    this.#isBare = !options.shell || destination.kind === 'daemon'
    if (destination.kind === 'ssh') {
      this.connection = new SshConnection({ destination, options: options.ssh, stateDir: context.stateDir, orphans })
    }
  }

  get hasShell(): boolean {
    return this.#shell !== undefined
  }

  /** Connects what is not connected. Throws when that cannot be, or when the target is another one than before. */
  async ready(signal: AbortSignal): Promise<void> {
    const wasUp = this.connection?.isUp ?? true
    await this.connection?.ensure(signal)
    if (this.#shell !== undefined && !this.#shell.isOver && wasUp) return
    this.#shell?.close()
    this.#shell = undefined
    if (this.#isBare) return
    this.#shell = await this.#start(signal)
    if (this.#shell === undefined) return
    try {
      await this.#open(this.#shell, signal)
    } catch (error) {
      this.#shell.close()
      this.#shell = undefined
      throw error
    }
  }

  /** Runs a script between two looks at the root: it is one and the same all the time, or {@link DestinationGone} is thrown. */
  async request({ script, content }: Request, signal: AbortSignal): Promise<string[]> {
    if (this.#shell === undefined) throw new Error('there is no shell')
    try {
      return await this.#shell.request({ script: `begin; ${script} over`, ...(content && { content }) }, signal)
    } catch (error) {
      if (error instanceof ShellLost && error.records.includes('gone'))
        throw new DestinationGone(`The destination ${this.name} is not there, or another one is in its place.`)
      throw error
    }
  }

  close(): void {
    this.#shell?.close()
    this.connection?.close()
  }

  async #start(signal: AbortSignal): Promise<Shell | undefined> {
    try {
      if (this.connection === undefined) return await Shell.start('sh', ['-c', PROGRAM], this.#orphans, signal)
      const command = `exec sh -c '${PROGRAM}'`
      return await Shell.start(this.connection.command, this.connection.arguments(command), this.#orphans, signal)
    } catch (error) {
      if (!(error instanceof ShellLost) || signal.aborted || (this.connection !== undefined && !this.connection.isUp)) throw error
      this.#doWithout('no shell can be had there')
      return undefined
    }
  }

  async #open(shell: Shell, signal: AbortSignal): Promise<void> {
    const recorded = this.identity.recorded()
    const { isKnown, accept } = this.#context
    const expected = this.#mark ?? (isKnown && !accept ? recorded : undefined)
    const [said, ...told] = await this.#ask(shell, openScript(this.#given.path, expected === undefined), signal)
    if (said === 'unable') return this.#doWithout('it lacks GNU coreutils')
    if (said !== 'ready') throw this.#unready(said ?? '', told[0] ?? '', expected !== undefined)
    const [root, mark, uid, gid, group] = told as [string, string, string, string, string] // as `openScript` says them
    if (expected !== undefined && expected !== mark) throw this.#anotherOne()
    this.isNew = isKnown && recorded !== undefined && recorded !== mark
    if (recorded !== mark) this.identity.record(mark)
    this.#mark = mark
    this.destination = { ...this.#given, path: root }
    this.owners = new Owners(
      { uid: Number(uid), gid: Number(gid), group },
      this.#given.kind === 'local' || this.#options.numericIds,
    )
    for (const directory of this.#temps.left()) await this.request({ script: removeTempsScript(directory) }, signal)
    this.#temps.close()
  }

  async #ask(shell: Shell, script: string, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await shell.request({ script }, signal)
    } catch (error) {
      if (!(error instanceof ShellLost) || error.records.length === 0) throw error
      return error.records
    }
  }

  #doWithout(why: string): void {
    this.#shell?.close()
    this.#shell = undefined
    this.#isBare = true
    this.#context.log.warn(`rsync does all at ${this.name}, which takes longer: ${why}`)
  }

  #unready(said: string, reason: string, wasThere: boolean): Error {
    if (this.#mark !== undefined) return this.#anotherOne()
    if (said === 'nodirectory' || /File exists|Not a directory/u.test(reason)) {
      return refuse({
        message: `The destination ${this.name} is not a directory.`,
        fix: 'Name a directory, or move away what is there.',
      })
    }
    if (said === 'unmade' && /Permission denied/u.test(reason)) {
      return refuse({
        message: `The destination ${this.name} cannot be made: ${reason}`,
        fix: 'Make the directory yourself and give it to the user that writes there.',
      })
    }
    if (wasThere) return this.#anotherOne()
    return new Error(`The destination ${this.name} cannot be opened: ${reason || said}`)
  }

  /** At the start a person has to look; later it may just come back. */
  #anotherOne(): Error {
    const message = `The destination ${this.name} is not the directory that was synced to before: it was unmounted, removed or replaced.`
    if (this.#mark !== undefined) return new DestinationGone(message)
    return refuse({ message, fix: 'Mount it or put it back. If it is meant to start anew, start again with --accept.' })
  }

  /** For people. */
  get name(): string {
    return destinationText(this.#given)
  }
}
