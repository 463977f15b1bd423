import fs from 'node:fs'
import path from 'node:path'
import type { Contender, Launch, Place, Running } from './contender.ts'
import { createRandom, type Random } from './random.ts'
import { ANCHOR } from './world.ts'

/** Where one seed is played: its folders, its contender, and what faults may do to them. */
export class Field {
  readonly random: Random
  readonly contender: Contender
  readonly place: Place
  /** On the file system of the source, watched by nobody. */
  readonly outside: string
  /** How the contender is started from now on. */
  launch: Launch = { prefix: [], env: {} }
  readonly journal: string[] = []
  starts = 0
  /** How often it was started again after it had ended by itself. */
  deaths = 0
  /** Whether {@link Field.kill} has ended it. */
  isKilled = false
  static readonly #all = new Set<Field>()
  readonly #undo: (() => void)[] = []
  #hasMet = false
  #running: Running | undefined
  #earlier = ''

  constructor(contender: Contender, seed: number, directory: string) {
    this.contender = contender
    this.random = createRandom(seed)
    const folder = fs.mkdtempSync(path.join(fs.realpathSync(directory), `torture-${seed}-`))
    const make = (name: string): string => {
      fs.mkdirSync(path.join(folder, name))
      return path.join(folder, name)
    }
    this.place = { folder, source: make('source'), target: make('target'), state: make('state') }
    this.outside = make('outside')
    fs.writeFileSync(path.join(this.place.source, ANCHOR), 'stays')
    Field.#all.add(this)
  }

  /** Ends whatever is still going on. */
  static async disposeAll(): Promise<void> {
    for (const field of Field.#all) await field.dispose()
  }

  get running(): Running {
    if (this.#running === undefined) throw new Error('it was not started yet')
    return this.#running
  }

  /** Everything that all its processes wrote. */
  get output(): string {
    return this.#earlier + (this.#running?.output ?? '')
  }

  start(): void {
    this.#earlier = this.output
    this.isKilled = false
    this.#running = this.contender.start(this.place, this.launch)
    this.tell(this.starts++ === 0 ? 'started' : 'started again')
  }

  /** Waits until it has met its target for the first time: what is not known yet cannot be missed. */
  async contact(): Promise<void> {
    if (!this.#hasMet) await this.running.ready()
    this.#hasMet = true
  }

  /** Kills it and waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.running.ended !== undefined) return
    this.tell(signal)
    this.isKilled = true
    this.running.kill(signal)
    await this.running.end()
  }

  /** What has to be done before the folder can be removed; the last first. */
  afterwards(undo: () => void): void {
    this.#undo.push(undo)
  }

  async dispose(): Promise<void> {
    if (this.#running !== undefined && this.#running.ended === undefined) {
      this.#running.kill()
      await this.#running.end()
    }
    for (const undo of this.#undo.splice(0).toReversed()) undo()
    Field.#all.delete(this)
  }

  tell(line: string): void {
    const text = `${(performance.now() % 1e6).toFixed(1)} ${line}`
    this.journal.push(text)
    fs.appendFileSync(path.join(this.place.folder, 'journal.txt'), `${text}\n`)
  }
}
