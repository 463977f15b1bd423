import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from '../stage/options.ts'
import { type Program, runCommand, startClsync, startProgram } from '../stage/program.ts'
import { quantile, type Row, type Table } from '../stage/table.ts'
import { directoryOf, makeTree } from '../stage/tree.ts'
import { type Change, changesAt } from './changes.ts'

const FLOOR = path.resolve(import.meta.dirname, 'floor.ts')
/** What has not arrived by then never will. */
const PATIENCE_MS = 5000
/** Between two looks at the target. */
const LOOK_EVERY_MS = 0.02
/** After a change has arrived, for what its program still has to write down. */
const GAP_MS = 25
/** Rounds before those that count. */
const WARM_UP = 5

/** Measures single changes in trees of several sizes. */
export async function latency({ folder, files, rounds, limit }: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of files ?? [100, 10_000, 100_000])
    tables.push(await latencyIn(`${folder}/latency-${count}`, count, rounds ?? 40, limit))
  return tables
}

interface Contender {
  readonly name: 'floor' | 'clsync'
  readonly source: string
  readonly target: string
  readonly program: Program
  readonly samples: { readonly kind: string; readonly ms: number }[]
  cpuBefore: number
}

async function latencyIn(folder: string, count: number, rounds: number, limit: number): Promise<Table> {
  const floor = await contend('floor', folder, count)
  const clsync = await contend('clsync', folder, count)
  try {
    for (const contender of [floor, clsync]) await contender.program.rest()
    const lost: string[] = []
    for (let round = -WARM_UP; round < rounds; round++) {
      if (round === 0) for (const contender of [floor, clsync]) begin(contender)
      lost.push(...(await playRound(round % 2 === 0 ? [floor, clsync] : [clsync, floor], count, round)))
    }
    return tableOf(count, floor, clsync, lost, limit)
  } finally {
    await floor.program.stop()
    await clsync.program.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function contend(name: Contender['name'], folder: string, count: number): Promise<Contender> {
  const [source, target] = [`${folder}/${name}/source`, `${folder}/${name}/target`]
  for (const made of [source, target]) fs.mkdirSync(made, { recursive: true })
  makeTree(source, count)
  if (name === 'floor') runCommand('cp', ['-a', `${source}/.`, target])
  const program = name === 'floor' ? startProgram([FLOOR, source, target], `${target}.log`) : startClsync(source, target)
  return { name, source, target, program: await program, samples: [], cpuBefore: 0 }
}

/** What came before was to warm up. */
function begin(contender: Contender): void {
  contender.samples.length = 0
  contender.cpuBefore = contender.program.cpuMs()
}

/** Each kind of change once for each, in turns; returns what did not arrive. */
async function playRound(contenders: readonly Contender[], count: number, round: number): Promise<string[]> {
  const lost: string[] = []
  const name = `${directoryOf(count, round + WARM_UP)}/probe-${round}`
  const plans = contenders.map((contender) => ({ contender, changes: changesAt(contender.source, contender.target, name) }))
  for (let at = 0; at < (plans[0]?.changes.length ?? 0); at++) {
    for (const { contender, changes } of plans) {
      const change = changes[at]
      if (change === undefined) continue
      const ms = arrivalMs(change)
      if (ms === undefined) lost.push(`${contender.name}: ${change.kind} of ${name}`)
      else contender.samples.push({ kind: change.kind, ms })
      await pause(GAP_MS)
    }
  }
  return lost
}

/** Looks without letting the event loop turn, so that nothing but the look takes time. */
function arrivalMs(change: Change): number | undefined {
  const startedAt = performance.now()
  change.make()
  while (!change.hasArrived()) {
    const now = performance.now()
    if (now - startedAt > PATIENCE_MS) return undefined
    while (performance.now() - now < LOOK_EVERY_MS);
  }
  return performance.now() - startedAt
}

function tableOf(count: number, floor: Contender, clsync: Contender, lost: readonly string[], limit: number): Table {
  const kinds = [...new Set(floor.samples.map(({ kind }) => kind))]
  const rows = ['all', ...kinds].map((kind) => rowOf(kind, samplesOf(floor, kind), samplesOf(clsync, kind)))
  const ratio = Number(rows[0]?.ratio)
  const isSlow = !(ratio <= limit)
  const notes = [
    `CPU for each change: floor ${cpuPerChange(floor)} ms, clsync ${cpuPerChange(clsync)} ms`,
    `memory: floor ${memoryText(floor)}, clsync ${memoryText(clsync)}`,
    `p50 of all is ${ratio.toFixed(2)} times the floor, at most ${limit} is wanted${isSlow ? ': TOO SLOW' : ''}`,
    ...lost.map((what) => `NEVER ARRIVED at ${what}`),
  ]
  return { title: `One change, tree of ${count} files (ms)`, rows, notes, failed: isSlow || lost.length > 0 }
}

function samplesOf({ samples }: Contender, kind: string): number[] {
  return samples.filter((sample) => kind === 'all' || sample.kind === kind).map(({ ms }) => ms)
}

function rowOf(kind: string, floor: readonly number[], clsync: readonly number[]): Row {
  return {
    change: kind,
    'floor p50': quantile(floor, 0.5),
    p95: quantile(floor, 0.95),
    max: quantile(floor, 1),
    'clsync p50': quantile(clsync, 0.5),
    'p95 ': quantile(clsync, 0.95),
    'max ': quantile(clsync, 1),
    ratio: quantile(clsync, 0.5) / quantile(floor, 0.5),
  }
}

function cpuPerChange({ program, samples, cpuBefore }: Contender): string {
  return ((program.cpuMs() - cpuBefore) / samples.length).toFixed(2)
}

function memoryText({ program }: Contender): string {
  return `${program.memory().nowMiB.toFixed(0)} MiB`
}
