import fs from 'node:fs'
import { makePlace, type Place } from '../contenders/contender.ts'
import { figure } from '../stage/figure.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { median, ratio, type Row, type Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'
import { growthTable } from './growth.ts'
import { type Session, session } from './session.ts'

const FORMAT = '%s %T@ %i\\n'
/** Larger trees take so long that one start has to do. */
const MOST_FOR_SEVERAL = 100_000

/** Measures starts on trees that are in sync, what is used there, and how that grows. */
export async function start(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  const sizes = options.files ?? (options.quick ? [100, 10_000] : [100, 10_000, 100_000, 1_000_000])
  for (const count of sizes) {
    // A quick run asks the peers for one size only: how they grow takes longer.
    const isForAll = !options.quick || count === Math.max(...sizes)
    const contenders = options.contenders.filter(({ role }) => isForAll || role === 'ours')
    tables.push(await startIn(`${options.folder}/start`, count, { ...options, contenders }))
  }
  return [...tables, growthTable(tables.flatMap(({ figures }) => figures ?? []))]
}

async function startIn(folder: string, count: number, options: BenchOptions): Promise<Table> {
  const place = makePlace(`${folder}/place`)
  try {
    makeTree(place.source, count)
    runCommand('cp', ['-a', `${place.source}/.`, place.target])
    const finds: number[] = []
    const sessions: Session[] = []
    for (const contender of options.contenders) {
      finds.push(runCommand('find', [place.source, '-printf', FORMAT]).wallMs)
      fs.mkdirSync(place.state, { recursive: true })
      const starts = contender.role === 'ours' && count <= MOST_FOR_SEVERAL && !options.quick ? 3 : 1
      sessions.push(await session(contender, place, count, starts, options))
      clean(place)
    }
    return table(count, sessions, median(finds))
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Single changes leave links behind, and what a contender did not carry. */
function clean({ source, target }: Place): void {
  runCommand('find', [source, target, '-name', 'probe-*', '-delete'])
}

function table(count: number, sessions: readonly Session[], findMs: number): Table {
  const rows = sessions.map((each): Row => ({
    '': each.contender.name,
    live: Number.isNaN(each.liveMs) ? each.trouble : each.liveMs,
    '× find': ratio(each.liveMs, findMs),
    CPU: each.startCpuMs,
    'peak MiB': each.peakMiB,
    'idle MiB': each.idleMiB,
    'idle CPU %': each.idleCpuShare,
    'change p50': each.p50Ms,
    'CPU/change': each.changeCpuMs,
    '1000 files: lag': each.burstLagMs,
    'rm -rf: lag': each.removalLagMs,
  }))
  const ours = sessions.filter(({ contender }) => contender.role === 'ours')
  return {
    title: `Start on ${count} files in sync, and life there (ms)`,
    rows: [{ '': `find -printf '${FORMAT}'`, live: findMs }, ...rows],
    figures: sessions.flatMap((each) => figuresOf(each, count, findMs)),
    notes: [],
    failed: ours.some(({ trouble }) => trouble !== ''),
  }
}

function figuresOf(each: Session, count: number, findMs: number) {
  const of = figure('start', each.contender, count)
  return [
    of('live (ms)', each.liveMs),
    of('live / find', ratio(each.liveMs, findMs)),
    of('CPU of the start (ms)', each.startCpuMs),
    of('idle MiB', each.idleMiB),
    of('idle CPU %', each.idleCpuShare),
    of('change p50 (ms)', each.p50Ms),
    of('CPU per change (ms)', each.changeCpuMs),
    of('lag of 1000 files (ms)', each.burstLagMs),
    of('lag of rm -rf of 1000 (ms)', each.removalLagMs),
  ]
}
