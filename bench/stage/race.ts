import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Contender, makePlace, type Place, type StartOptions } from '../contenders/contender.ts'
import { rotated } from '../contenders/contenders.ts'
import { type Arrival, lagOf } from './arrival.ts'
import { differences } from './copy.ts'
import type { Group } from './group.ts'
import { untilLive } from './live.ts'
import type { BenchOptions } from './options.ts'
import { runCommand } from './program.ts'
import { median } from './table.ts'

const REST_MS = 1500

/** Many changes at once: each contender has a place of its own and runs alone. */
export interface Race {
  /** What is there, in sync, when the contender begins. */
  prepare(source: string): void
  /** Makes the changes; returns how to see that they stand at the target. */
  change(place: Place, times: Contender['times']): Arrival | Promise<Arrival>
  /** The same by plain commands, with nobody watching: what it costs at least. */
  plain(folder: string): PlainCost | Promise<PlainCost>
  readonly start?: StartOptions
}

/** Names of floors, and what was measured of them. */
export type PlainCost = Readonly<Record<string, { readonly wallMs: number; readonly cpuMs: number }>>

/** How it went for a contender, medians of all rounds. */
interface Result {
  readonly contender: Contender
  /** What making the changes took while it was watching. */
  readonly makingMs: number
  /** From the last change until all was there; NaN with a reason in {@link trouble}. */
  readonly lagMs: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly trouble: string
}

export interface Outcome {
  readonly results: readonly Result[]
  readonly plain: PlainCost
}

/** Lets all run in turn, in another order each round; who does not arrive does not run again. */
export async function race(folder: string, race: Race, rounds: number, options: BenchOptions): Promise<Outcome> {
  const runs = new Map<Contender, Result[]>(options.contenders.map((contender) => [contender, []]))
  const plains: PlainCost[] = []
  for (let round = 0; round < rounds; round++) {
    plains.push(await inFolder(folder, (made) => race.plain(made)))
    for (const contender of rotated(options.contenders, round * 3)) {
      const earlier = runs.get(contender) ?? []
      if (earlier.some(({ trouble }) => trouble !== '')) continue
      earlier.push(await inFolder(folder, (made) => run(contender, makePlace(made), race, options.limitMs)))
    }
  }
  return { results: [...runs.values()].map(summary), plain: plainSummary(plains) }
}

async function inFolder<Value>(folder: string, work: (folder: string) => Value | Promise<Value>): Promise<Value> {
  fs.mkdirSync(folder, { recursive: true })
  try {
    return await work(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function run(contender: Contender, place: Place, { prepare, change, start }: Race, limitMs: number): Promise<Result> {
  prepare(place.source)
  runCommand('cp', ['-a', `${place.source}/.`, place.target])
  const group = contender.start(place, start)
  const failure = (trouble: string): Result => ({ contender, makingMs: NaN, lagMs: NaN, cpuMs: NaN, peakMiB: NaN, trouble })
  try {
    if ((await untilLive(group, place, limitMs)) === undefined) return failure(`not live within ${limitMs / 1000} s`)
    await group.rest(REST_MS)
    const cpuBefore = group.cpuMs()
    const startedAt = performance.now()
    const arrival = await change(place, contender.times)
    const changedAt = performance.now()
    const lagMs = await lagOf(group, arrival, changedAt, limitMs)
    const makingMs = changedAt - startedAt
    const used = { cpuMs: group.cpuMs() - cpuBefore, peakMiB: group.peakMiB() }
    if (lagMs === undefined) return { contender, makingMs, lagMs: NaN, ...used, trouble: troubleOf(group, limitMs) }
    await group.rest(REST_MS)
    const wrong = await settledDifferences(place, contender, limitMs)
    const trouble = wrong === 0 ? '' : `${wrong} entries stay wrong`
    return { contender, makingMs, lagMs, cpuMs: group.cpuMs() - cpuBefore, peakMiB: group.peakMiB(), trouble }
  } finally {
    await group.stop()
  }
}

function troubleOf(group: Group, limitMs: number): string {
  return group.hasEnded ? 'it ended by itself' : `not within ${limitMs / 1000} s`
}

/** What differs when all is read; what differs only for a moment more is not counted. */
async function settledDifferences({ source, target }: Place, { times }: Contender, limitMs: number): Promise<number> {
  const end = performance.now() + Math.min(limitMs, 5000)
  for (;;) {
    const wrong = differences(source, target, times)
    if (wrong === 0 || performance.now() > end) return wrong
    await pause(200)
  }
}

function summary(runs: readonly Result[]): Result {
  const [first] = runs
  if (first === undefined) throw new Error('without a round there is nothing to sum up')
  const trouble = runs.find((each) => each.trouble !== '')?.trouble ?? ''
  const of = (value: (run: Result) => number): number => median(runs.map(value))
  return {
    contender: first.contender,
    makingMs: of(({ makingMs }) => makingMs),
    lagMs: trouble === '' ? of(({ lagMs }) => lagMs) : NaN,
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakMiB: of(({ peakMiB }) => peakMiB),
    trouble,
  }
}

function plainSummary(plains: readonly PlainCost[]): PlainCost {
  const names = Object.keys(plains[0] ?? {})
  const of = (name: string, what: 'wallMs' | 'cpuMs'): number => median(plains.map((plain) => plain[name]?.[what] ?? NaN))
  return Object.fromEntries(names.map((name) => [name, { wallMs: of(name, 'wallMs'), cpuMs: of(name, 'cpuMs') }]))
}
