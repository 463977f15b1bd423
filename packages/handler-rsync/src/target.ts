import { type HandlerContext, nameText, refuse } from '@clsync/core/handler'
import { type Destination, destinationText } from './destination.ts'
import { DestinationGone } from './failure.ts'
import { type Hand, HandLost } from './hand.ts'
import { Identity } from './identity.ts'
import { LocalHand } from './local-hand.ts'
import { Line } from './line.ts'
import type { RsyncOptions } from './options.ts'
import type { Orphans } from './orphans.ts'
import { Owners } from './owners.ts'
import { rawPath } from './path.ts'
import { type Answers, Sheet } from './sheet.ts'
import { Shell, ShellLost } from './shell.ts'
import { ShellHand } from './shell-hand.ts'
import { PROGRAM } from './shell-text.ts'
import { SshConnection } from './ssh.ts'

export interface TargetSettings {
  readonly destination: Destination
  readonly options: RsyncOptions
  readonly context: HandlerContext
  readonly orphans: Orphans
}

/** How the target is reached: the connection, and a hand there where there can be one. */
export class Target {
  readonly #options: RsyncOptions
  readonly #context: HandlerContext
  readonly #orphans: Orphans
  readonly identity: Identity
  readonly #given: Destination
  readonly connection: SshConnection | undefined
  /** The destination, free of links as soon as the hand has told. */
  destination: Destination
  owners: Owners | undefined
  isNew = false
  #hand: Hand | undefined
  readonly #line = new Line()
  /** No hand can be had there. */
  #isBare: boolean
  /** Of the directory that was opened first. */
  #mark: string | undefined

  constructor({ destination, options, context, orphans }: TargetSettings) {
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

  /** Whether there is one, be it that it has to be opened again first. */
  get hasHand(): boolean {
    return this.#mark !== undefined && !this.#isBare
  }

  /** Connects what is not connected. Throws when that cannot be, or when the target is another one than before. */
  ready(signal: AbortSignal): Promise<void> {
    return this.#line.run(() => this.#ready(signal))
  }

  /** See {@link Hand.perform}; batches take turns. */
  perform(sheet: Sheet, signal: AbortSignal): Promise<Answers> {
    return this.#line.run(async () => {
      signal.throwIfAborted()
      if (this.#hand === undefined) throw new HandLost('The connection was lost, and another batch could not open it again.')
      return this.#hand.perform(sheet, signal)
    })
  }

  async #ready(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const wasUp = this.connection?.isUp ?? true
    await this.connection?.ensure(signal)
    if (this.#hand !== undefined && !this.#hand.isOver && wasUp) return
    this.#hand?.close()
    this.#hand = undefined
    if (this.#isBare) return
    this.#hand = await this.#start(signal)
    if (this.#hand === undefined) return
    try {
      await this.#open(this.#hand, signal)
    } catch (error) {
      this.#hand?.close()
      this.#hand = undefined
      throw error
    }
  }

  /** Throws {@link DestinationGone} when another directory is in the place of the target. */
  async look(signal: AbortSignal): Promise<void> {
    if (this.hasHand) await this.perform(new Sheet(), signal)
  }

  /** The same, and tells the second that it is there; `undefined` when its clock is that of this machine, or nobody can tell. */
  async clockS(signal: AbortSignal): Promise<number | undefined> {
    if (!this.hasHand) return undefined
    const sheet = new Sheet()
    sheet.add({ do: 'clock' })
    return (await this.perform(sheet, signal)).clockS
  }

  close(): void {
    this.#hand?.close()
    this.connection?.close()
  }

  async #start(signal: AbortSignal): Promise<Hand | undefined> {
    if (this.connection === undefined) {
      const hand = await LocalHand.start(this.name)
      if (hand !== undefined) return hand
    }
    try {
      return new ShellHand(await this.#startShell(signal), { mostMs: this.#options.stallSeconds * 1000, name: this.name })
    } catch (error) {
      // A server that goes away right now, and one where a shell was to be had before, will have one again.
      const isRefusal = error instanceof ShellLost && error.isRefusal && this.#mark === undefined
      if (!isRefusal || signal.aborted) throw error
      this.#doWithout('no shell can be had there')
      return undefined
    }
  }

  #startShell(signal: AbortSignal): Promise<Shell> {
    if (this.connection === undefined) return Shell.start('sh', ['-c', PROGRAM], this.#orphans, signal)
    const command = `exec sh -c '${PROGRAM}'`
    return Shell.start(this.connection.command, this.connection.arguments(command), this.#orphans, signal)
  }

  async #open(hand: Hand, signal: AbortSignal): Promise<void> {
    const recorded = this.identity.recorded()
    const { isKnown, accept } = this.#context
    const expected = this.#mark ?? (isKnown && !accept ? recorded : undefined)
    const [said, ...told] = await hand.open(rawPath(this.#given.path), expected === undefined, signal)
    if (said === 'unable' && this.#mark === undefined) return this.#doWithout('it lacks GNU coreutils')
    if (said !== 'ready') throw this.#unready(said ?? '', told[0] ?? '', expected !== undefined)
    const [root, mark, uid, gid] = told as [string, string, string, string] // as `Hand.open` says them
    if (expected !== undefined && expected !== mark) throw this.#anotherOne()
    this.isNew = isKnown && recorded !== undefined && recorded !== mark
    if (recorded !== mark) this.identity.record(mark)
    this.#mark = mark
    this.destination = { ...this.#given, path: nameText(Buffer.from(root, 'latin1')) }
    this.owners = new Owners({ uid: Number(uid), gid: Number(gid) }, this.#given.kind === 'local' || this.#options.numericIds)
  }

  #doWithout(why: string): void {
    this.#hand?.close()
    this.#hand = undefined
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
