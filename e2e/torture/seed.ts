import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { treeState } from '../stage/tree-state.ts'
import type { Contender } from './contender.ts'
import { compare, converge, type Convergence } from './convergence.ts'
import type { Fault, FaultClass } from './faults/fault.ts'
import { Field } from './field.ts'
import { createRandom } from './random.ts'
import { Repertoire } from './repertoire.ts'
import type { Volume } from './volume.ts'
import { World } from './world.ts'
import { Writers } from './writers.ts'

export interface SeedOptions {
  readonly seed: number
  readonly contender: Contender
  readonly faultClass: FaultClass
  /** Steps of all writers together. */
  readonly steps: number
  /** Whether it may also be killed and started again on the way. */
  readonly mayBeKilled: boolean
  /** Its folder is made there. */
  readonly volume: Volume
  /** What is left of a seed that did not end well is put there. */
  readonly keptIn: string
}

export interface SeedResult {
  readonly seed: number
  readonly className: string
  /** The file system. */
  readonly on: string
  /** Empty when the target is an exact copy and everything ended well. */
  readonly differences: readonly string[]
  readonly restarts: number
  readonly strikes: number
  /** How often it ended by itself and was started again. */
  readonly deaths: number
  readonly entries: number
  /** From the last step until the target was an exact copy. */
  readonly convergedMs: number
  /** What took so long that the background comparison must have found it. */
  readonly late: readonly string[]
  readonly totalMs: number
  /** The last steps, the oldest first. */
  readonly journal: readonly string[]
  readonly folder: string
}

const STEPS_SHOWN = 40

/** One history: writers work in a source that a contender copies, and at the end the copy has to be exact. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const { contender, keptIn, seed, volume } = options
  const field = new Field(contender, seed, volume.directory)
  const { folder } = field.place
  const run = new SeedRun(field, options)
  const result = await run.run()
  if (result.differences.length > 0) {
    fs.writeFileSync(path.join(folder, 'output.txt'), field.output)
    if (fs.realpathSync(keptIn) === fs.realpathSync(volume.directory)) return result
    // What has too long a path stays behind.
    await promisify(execFile)('cp', ['--archive', folder, keptIn]).catch(() => undefined)
  }
  // Not by Node, which has one thread for everybody here.
  await promisify(execFile)('rm', ['--recursive', '--force', folder])
  return { ...result, folder: path.join(keptIn, path.basename(folder)) }
}

class SeedRun {
  readonly #field: Field
  readonly #o: SeedOptions
  readonly #world: World
  readonly #writers: Writers
  readonly #mayBeKilled: boolean
  #fault: Fault | undefined
  #strikes = 0

  constructor(field: Field, options: SeedOptions) {
    const { faultClass, mayBeKilled, seed } = options
    this.#field = field
    this.#o = options
    this.#mayBeKilled = mayBeKilled && faultClass.isKilled !== false
    this.#world = new World({
      random: field.random,
      root: field.place.source,
      outside: field.outside,
      awkward: faultClass.awkward ?? 0.25,
      isPrivileged: process.geteuid?.() === 0 && faultClass.isUnprivileged !== true,
      isWatched: faultClass.isWatchful === true && !this.#mayBeKilled,
      tell: (line) => field.tell(line),
    })
    this.#writers = new Writers(this.#world, new Repertoire(faultClass.weights))
    const terms = { random: createRandom(seed + 1e6), isForgetful: faultClass.isForgetful === true }
    options.contender.prepare?.(field.place, terms)
  }

  async run(): Promise<SeedResult> {
    const field = this.#field
    const began = performance.now()
    let found: readonly string[]
    let convergence: Convergence = { differences: [], late: [], ms: 0 }
    try {
      this.#fault = await this.#o.faultClass.fault?.(field)
      field.start()
      await this.#write()
      convergence = await converge(field, () => this.#lookAfter())
      found = this.#judge(convergence)
      if (found.length === 0) found = await this.#end()
    } catch (error) {
      found = [String(error instanceof Error ? error.stack : error)]
    }
    const entries = found.length === 0 ? treeState(field.place.source).size : 0
    await field.dispose()
    const totalMs = performance.now() - began
    field.tell(`over after ${Math.round(totalMs)} ms`)
    const { seed, faultClass, volume } = this.#o
    return {
      seed,
      className: faultClass.name,
      on: volume.kind,
      differences: found,
      restarts: field.starts - 1,
      strikes: this.#strikes,
      deaths: field.deaths,
      entries,
      convergedMs: convergence.ms,
      late: convergence.late,
      totalMs,
      journal: field.journal.slice(-STEPS_SHOWN),
      folder: field.place.folder,
    }
  }

  async #write(): Promise<void> {
    const { steps } = this.#o
    const { random } = this.#field
    const moments = (count: number): Set<number> => new Set(Array.from({ length: count }, () => random.below(steps + 1)))
    const kills = moments(this.#mayBeKilled && random.chance(0.6) ? 1 + random.below(2) : 0)
    const strikes = moments(this.#fault === undefined ? 0 : 1 + random.below(2))
    if (random.chance(0.7)) await this.#field.running.ready()
    for (let step = 0; step <= steps; step++) {
      if (strikes.has(step)) await this.#strike()
      if (kills.has(step)) await this.#killAndStart()
      if (step < steps) await this.#step()
      this.#lookAfter()
    }
    this.#writers.finish()
  }

  /** One step, then from no pause at all up to one long enough for the target to catch up. */
  async #step(): Promise<void> {
    const { random } = this.#field
    this.#writers.step()
    await turn()
    if (random.chance(0.2)) await pause(random.below(4))
    if (random.chance(0.02)) await pause(20 + random.below(60))
  }

  async #steps(count: number): Promise<void> {
    for (let left = count; left > 0; left--) await this.#step()
  }

  /** The fault lasts for some steps, sometimes long enough to be met with nothing else to do; life goes on. */
  async #strike(): Promise<void> {
    const fault = this.#fault
    if (fault === undefined) return
    const field = this.#field
    const { random } = field
    field.tell('STRIKE')
    this.#strikes++
    await fault.strike()
    await this.#steps(random.below(60))
    if (random.chance(0.5)) await pause(random.below(300))
    if (this.#mayBeKilled && random.chance(0.3)) {
      await field.kill()
      if (random.chance(0.7)) field.start()
      await this.#steps(random.below(20))
    }
    if (field.running.ended === undefined && random.chance(0.3)) await pause(random.below(300))
    field.tell('HEAL')
    await fault.heal()
    if (field.running.ended !== undefined) this.#startAfterHealing(fault)
  }

  #startAfterHealing(fault: Fault): void {
    const field = this.#field
    const { isKilled } = field
    if (!isKilled && fault.mayEnd !== true && this.#o.contender.isSupervised !== true) throw new Error(endedByItself(field))
    if (!isKilled) field.deaths++
    field.start()
  }

  /** Mostly kill -9, at some moment of the steps to come; life goes on while nobody looks. */
  async #killAndStart(): Promise<void> {
    const { random } = this.#field
    const signal = random.chance(0.85) ? 'SIGKILL' : 'SIGTERM'
    await this.#steps(random.below(10))
    if (random.chance(0.5)) await pause(random.below(30))
    const ended = this.#field.kill(signal)
    await this.#steps(random.below(40))
    await ended
    this.#field.start()
    if (random.chance(0.5)) await pause(random.below(500))
  }

  /** Nobody has killed it here: when it is dead, it is started again only where that is part of the game. */
  #lookAfter(): void {
    const field = this.#field
    if (field.running.ended === undefined) return
    // What a fault has led to may show a little later.
    if (this.#o.contender.isSupervised !== true && this.#fault?.mayEnd !== true) throw new Error(endedByItself(field))
    field.deaths++
    field.start()
  }

  /** What is late and not excused is wrong, although it was found in the end. */
  #judge({ differences, late }: Convergence): readonly string[] {
    if (differences.length > 0) return differences
    return this.#world.passing.unexcused(this.#field.place.source, late).map((line) => `late: ${line}`)
  }

  /** Stopped in order, it leaves the copy as it was. */
  async #end(): Promise<readonly string[]> {
    const wrong = (await this.#field.running.stop?.()) ?? []
    return [
      ...wrong.filter((line) => this.#fault?.complaint?.test(line) !== true),
      ...(await compare(this.#o.contender, this.#field.place)),
    ]
  }
}

function endedByItself(field: Field): string {
  return `${field.contender.name} ended by itself: ${JSON.stringify(field.running.ended)}`
}
