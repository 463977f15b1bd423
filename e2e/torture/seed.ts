import fs from 'node:fs'
import path from 'node:path'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { type Daemon, startDaemon } from '../stage/daemon.ts'
import { differences, treeState } from '../stage/tree-state.ts'
import { createRandom, type Random } from './random.ts'
import { ANCHOR, World } from './world.ts'
import { Writers } from './writers.ts'

export interface SeedOptions {
  readonly seed: number
  /** Steps of all writers together. */
  readonly steps: number
  readonly monitor: string
  /** Whether clsync is killed and started again on the way. */
  readonly isKilled: boolean
  /** Folders of the seed are made here. */
  readonly directory: string
}

export interface SeedResult {
  readonly seed: number
  /** Empty when the target is an exact copy and everything ended well. */
  readonly differences: readonly string[]
  readonly kills: number
  readonly entries: number
  /** From the last step until the target was an exact copy. */
  readonly convergedMs: number
  /** The last steps, the oldest first. */
  readonly journal: readonly string[]
  readonly folder: string
  readonly output: string
}

const DEADLINE_MS = 20_000
const STEPS_SHOWN = 40

/** One history: writers work in a source that clsync copies, and at the end the copy has to be exact. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const run = new SeedRun(options)
  const result = await run.run()
  if (result.differences.length === 0) fs.rmSync(run.folder, { recursive: true, force: true })
  else fs.writeFileSync(path.join(run.folder, 'output.txt'), result.output)
  return result
}

class SeedRun {
  readonly folder: string
  readonly #o: SeedOptions
  readonly #random: Random
  readonly #source: string
  readonly #target: string
  readonly #journal: string[] = []
  #daemon: Daemon
  #kills = 0
  #output = ''

  constructor(options: SeedOptions) {
    this.#o = options
    this.#random = createRandom(options.seed)
    this.folder = fs.mkdtempSync(path.join(fs.realpathSync(options.directory), `torture-${options.seed}-`))
    this.#source = path.join(this.folder, 'source')
    this.#target = path.join(this.folder, 'target')
    for (const name of ['source', 'target', 'outside']) fs.mkdirSync(path.join(this.folder, name))
    fs.writeFileSync(path.join(this.#source, ANCHOR), 'stays')
    this.#writeConfig()
    this.#daemon = this.#start()
  }

  async run(): Promise<SeedResult> {
    const world = new World(this.#random, this.#source, path.join(this.folder, 'outside'), (line) => this.#tell(line))
    const began = performance.now()
    let found: string[]
    let convergedMs = 0
    try {
      await this.#write(new Writers(world))
      const finished = performance.now()
      found = await this.#converge()
      convergedMs = performance.now() - finished
      if (found.length === 0) found = await this.#end()
    } catch (error) {
      found = [String(error instanceof Error ? error.stack : error)]
    } finally {
      this.#daemon.kill()
    }
    this.#tell(`over after ${Math.round(performance.now() - began)} ms`)
    const entries = treeState(this.#source).size
    const { seed } = this.#o
    const output = this.#output + this.#daemon.output
    return {
      seed,
      differences: found,
      kills: this.#kills,
      entries,
      convergedMs,
      journal: this.#journal.slice(-STEPS_SHOWN),
      folder: this.folder,
      output,
    }
  }

  async #write(writers: Writers): Promise<void> {
    const { steps, isKilled } = this.#o
    const kills = new Set<number>()
    if (isKilled) for (let count = 1 + this.#random.below(4); count > 0; count--) kills.add(this.#random.below(steps))
    if (this.#random.chance(0.7)) await this.#daemon.ready()
    for (let step = 0; step < steps; step++) {
      if (kills.has(step)) await this.#killAndStart(writers)
      writers.step()
      await this.#rest()
      if (this.#daemon.ended !== undefined) throw new Error(`clsync ended by itself: ${JSON.stringify(this.#daemon.ended)}`)
    }
    writers.finish()
    if (isKilled && this.#random.chance(0.5)) await this.#killAndStart(writers)
    writers.finish()
  }

  /** From no pause at all up to one long enough for the target to catch up. */
  async #rest(): Promise<void> {
    const random = this.#random
    await turn()
    if (random.chance(0.2)) await pause(random.below(4))
    if (random.chance(0.03)) await pause(20 + random.below(60))
  }

  /** Mostly kill -9, at some moment of the steps to come; life goes on while nobody looks. */
  async #killAndStart(writers: Writers): Promise<void> {
    const random = this.#random
    const signal = random.chance(0.85) ? 'SIGKILL' : 'SIGTERM'
    for (let steps = random.below(10); steps > 0; steps--) {
      writers.step()
      if (random.chance(0.5)) await turn()
    }
    if (random.chance(0.5)) await pause(random.below(30))
    this.#tell(signal)
    this.#daemon.kill(signal)
    const ended = this.#daemon.end()
    for (let steps = random.below(40); steps > 0; steps--) {
      writers.step()
      await turn()
    }
    await ended
    this.#kills++
    this.#output += this.#daemon.output
    this.#daemon = this.#start()
    this.#tell('started again')
    if (random.chance(0.5)) await pause(random.below(500))
  }

  async #converge(): Promise<string[]> {
    const end = performance.now() + DEADLINE_MS
    for (;;) {
      const found = this.#compare()
      if (found.length === 0 || performance.now() > end || this.#daemon.ended !== undefined) return found
      await pause(50)
    }
  }

  /** Stopped in order, it leaves the copy as it was. */
  async #end(): Promise<string[]> {
    await this.#daemon.ready() // before that a signal may find nobody who listens
    const { code } = await this.#daemon.stop()
    const errors = this.#daemon.lines
      .filter(({ level }) => level === 'error')
      .map(({ message }) => `error in the log: ${message}`)
    return [...(code === 0 ? [] : [`ended with ${code}`]), ...errors, ...this.#compare()]
  }

  #compare(): string[] {
    try {
      return differences(this.#source, this.#target)
    } catch (error) {
      return [`not comparable yet: ${String(error)}`] // the target moved meanwhile
    }
  }

  #writeConfig(): void {
    const random = this.#random
    const config = {
      source: './source',
      targets: { copy: { destination: './target', options: { hardLinks: random.chance(0.25) } } },
      stateDir: './state',
      monitor: this.#o.monitor,
      schedule: { delay: random.pick([0, 0, 50]) },
      retry: { min: 100, max: 1000 },
      pollInterval: 300,
      // A monitor that may miss something is made good by this.
      ...(this.#o.monitor === 'parcel' && { scrubInterval: 2000 }),
      maxDelete: 'off',
    }
    fs.writeFileSync(path.join(this.folder, 'clsync.config.json'), JSON.stringify(config))
  }

  #start(): Daemon {
    return startDaemon(['--verbose'], { cwd: this.folder })
  }

  #tell(line: string): void {
    const text = `${(performance.now() % 1e6).toFixed(1)} ${line}`
    this.#journal.push(text)
    fs.appendFileSync(path.join(this.folder, 'journal.txt'), `${text}\n`)
  }
}
