import fs from 'node:fs'
import { type Contender, makePlace } from '../contenders/contender.ts'
import { rotated } from '../contenders/contenders.ts'
import { filesArrive, lagOf } from '../stage/arrival.ts'
import { differences } from '../stage/copy.ts'
import { figure } from '../stage/figure.ts'
import type { BenchOptions } from '../stage/options.ts'
import { type Cost, runCommand } from '../stage/program.ts'
import { median, ratio, type Row, type Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'

const REST_MS = 1500

/** Measures the first sync into an empty target. */
export async function initial(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of options.files ?? (options.quick ? [10_000] : [10_000, 100_000]))
    tables.push(await initialOf(`${options.folder}/initial`, count, options))
  return tables
}

interface Run {
  /** NaN: see {@link trouble}. */
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly trouble: string
}

async function initialOf(folder: string, count: number, options: BenchOptions): Promise<Table> {
  const source = `${folder}/source`
  const runs = new Map<Contender, Run[]>(options.contenders.map((contender) => [contender, []]))
  const plains: { copy: Cost; rsync: Cost }[] = []
  try {
    const paths = makeTree(source, count)
    const rounds = options.rounds ?? (options.quick || count > 10_000 ? 1 : 3)
    for (let round = 0; round < rounds; round++) {
      const copy = runCommand('cp', ['-a', source, `${folder}/plain`])
      plains.push({ copy, rsync: runCommand('rsync', ['-a', `${source}/`, `${folder}/synced/`]) })
      for (const made of ['plain', 'synced']) fs.rmSync(`${folder}/${made}`, { recursive: true })
      // The floor copies only what changes.
      for (const contender of rotated(options.contenders, round * 3).filter(({ role }) => role !== 'floor'))
        runs.get(contender)?.push(await run(contender, `${folder}/place`, source, paths, options.limitMs))
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return table(count, runs, plains)
}

async function run(
  contender: Contender,
  folder: string,
  source: string,
  paths: readonly string[],
  limitMs: number,
): Promise<Run> {
  const place = { ...makePlace(folder), source }
  const startedAt = performance.now()
  const group = contender.start(place)
  try {
    const wallMs = await lagOf(group, filesArrive(source, place.target, paths, contender.times), startedAt, limitMs)
    if (wallMs === undefined)
      return { wallMs: NaN, cpuMs: group.cpuMs(), peakMiB: NaN, trouble: `not within ${limitMs / 1000} s` }
    await group.rest(REST_MS)
    const wrong = differences(source, place.target, contender.times)
    return { wallMs, cpuMs: group.cpuMs(), peakMiB: group.peakMiB(), trouble: wrong === 0 ? '' : `${wrong} entries stay wrong` }
  } finally {
    await group.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function table(count: number, runs: ReadonlyMap<Contender, Run[]>, plains: readonly { copy: Cost; rsync: Cost }[]): Table {
  const copyMs = median(plains.map(({ copy }) => copy.wallMs))
  const copyCpuMs = median(plains.map(({ copy }) => copy.cpuMs))
  const rows: Row[] = [
    { '': 'cp -a', wall: copyMs, CPU: copyCpuMs },
    {
      '': 'rsync -a',
      wall: median(plains.map(({ rsync }) => rsync.wallMs)),
      CPU: median(plains.map(({ rsync }) => rsync.cpuMs)),
    },
  ]
  const played = [...runs].filter(([, each]) => each.length > 0)
  for (const [{ name }, each] of played) {
    const of = (value: (run: Run) => number): number => median(each.map(value))
    const trouble = each.find((one) => one.trouble !== '')?.trouble
    const [wall, cpu] = [of(({ wallMs }) => wallMs), of(({ cpuMs }) => cpuMs)]
    const shown = { wall: trouble ?? wall, '× cp -a': trouble === undefined ? ratio(wall, copyMs) : NaN }
    rows.push({ '': name, ...shown, CPU: cpu, 'CPU × cp -a': ratio(cpu, copyCpuMs), 'peak MiB': of(({ peakMiB }) => peakMiB) })
  }
  return {
    title: `First sync of ${count} files of 1 KiB (ms)`,
    rows,
    figures: played.flatMap(([contender, each]) => {
      const of = figure('initial', contender, count)
      return [of('wall', median(each.map(({ wallMs }) => wallMs))), of('CPU', median(each.map(({ cpuMs }) => cpuMs)))]
    }),
    notes: [],
    failed: played.some(([{ role }, each]) => role === 'ours' && each.some(({ trouble }) => trouble !== '')),
  }
}
