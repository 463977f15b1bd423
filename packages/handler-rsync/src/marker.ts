import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type HandlerContext, refuse } from '@clsync/core/handler'
import { DestinationGone } from './failure.ts'
import type { Identity } from './identity.ts'
import { Line } from './line.ts'
import type { Rsync } from './rsync.ts'

/** The file in the target that tells it from another directory, where no shell can look at the directory itself. */
export const MARKER = '.clsync-target'

export interface MarkerSettings {
  readonly context: HandlerContext
  readonly identity: Identity
  readonly rsync: Rsync
  /** The target, for people. */
  readonly name: string
}

/** Tells by a small file whether the target is the one that was synced to before. Its time is what it is known by. */
export class Marker {
  readonly #settings: MarkerSettings
  readonly #line = new Line()
  #mark: string | undefined
  isNew = false

  constructor(settings: MarkerSettings) {
    this.#settings = settings
  }

  /** At the start: refuses when another directory is in the place of the one that was synced to. Writes nothing. */
  async recognise(signal: AbortSignal): Promise<void> {
    const { context, identity, name } = this.#settings
    const recorded = context.isKnown ? identity.recorded() : undefined
    if (recorded === undefined || (await this.#look(signal)) === recorded) {
      this.#mark = recorded
      return
    }
    this.isNew = context.accept
    if (context.accept) return
    throw refuse({
      message: `The destination ${name} is not the directory that was synced to before: "${MARKER}" is missing there or another one.`,
      fix: 'Mount it or put it back. If it is meant to start anew, start again with --accept.',
    })
  }

  /** Before and after each batch. The first time it puts the file there. */
  check(signal: AbortSignal): Promise<void> {
    return this.#line.run(() => this.#check(signal))
  }

  async #check(signal: AbortSignal): Promise<void> {
    if (this.#mark === undefined) await this.#make(signal)
    else if ((await this.#look(signal)) !== this.#mark) {
      throw new DestinationGone(
        `The destination ${this.#settings.name} is not there, or another one is in its place: "${MARKER}" is missing.`,
      )
    }
  }

  async #make(signal: AbortSignal): Promise<void> {
    const { context, identity, rsync } = this.#settings
    const directory = path.join(context.stateDir, 'marker')
    fs.mkdirSync(directory, { recursive: true })
    fs.writeFileSync(path.join(directory, MARKER), 'clsync knows this directory by this file. Its time matters.\n')
    const seconds = randomInt(FIRST_SECOND, LAST_SECOND)
    fs.utimesSync(path.join(directory, MARKER), seconds, seconds)
    const [complaint] = await rsync.run('bring', directory, [MARKER], signal)
    if (complaint !== undefined) throw new Error(complaint.text)
    const mark = await this.#look(signal)
    if (mark === undefined) throw new Error(`"${MARKER}" could not be put into ${this.#settings.name}`)
    identity.record(mark)
    this.#mark = mark
  }

  /** `undefined` when there is none. */
  async #look(signal: AbortSignal): Promise<string | undefined> {
    const listed = await this.#settings.rsync.list(signal, MARKER)
    const date = / (\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) /u.exec(listed)?.[1]
    return date === undefined ? undefined : `marker ${date}`
  }
}

/** 2001 to 2017: a time that nothing else has by chance. */
const FIRST_SECOND = 978_307_200
const LAST_SECOND = 1_483_228_800
