import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { rsyncIsMissing, startRsyncd } from '../../e2e/stage/servers/rsyncd.ts'
import { sshdIsMissing, startSshd } from '../../e2e/stage/servers/sshd.ts'
import { changesAt } from '../latency/changes.ts'
import { type Figure, figure } from '../stage/figure.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { quantile, type Row, type Table } from '../stage/table.ts'
import { directoryOf, makeTree } from '../stage/tree.ts'
import { renameOverSsh } from './rename.ts'
import { byHand, clsync, type Contender, type Ground, has, lsyncd } from './contenders.ts'

/** What has not arrived by then never will. */
const PATIENCE_MS = 30_000
/** A run of rsync lives on for a while after its file has arrived. */
const GAP_MS = 60
const WARM_UP = 3
/** With trees of 100 000 files for six contenders it takes about four minutes. */
const DEFAULT_ROUNDS = 12

/** Measures single changes through rsync. */
export async function rsync({ folder, files, rounds }: BenchOptions): Promise<Table[]> {
  if (rsyncIsMissing !== undefined) return [leftOut(rsyncIsMissing)]
  const tables: Table[] = []
  for (const count of files ?? [100_000]) tables.push(await rsyncIn(`${folder}/rsync-${count}`, count, rounds ?? DEFAULT_ROUNDS))
  tables.push(await renameOverSsh(`${folder}/rsync-rename`, 10_000))
  return tables
}

function leftOut(why: string): Table {
  return { title: `rsync is left out: ${why}`, rows: [], notes: [], failed: false }
}

interface Sample {
  readonly kind: string
  readonly ms: number
}

async function rsyncIn(folder: string, count: number, rounds: number): Promise<Table> {
  fs.mkdirSync(folder, { recursive: true })
  // Without bash's rc file, which costs whoever connects anew a tenth of a second.
  const sshd = sshdIsMissing === undefined ? await startSshd({ more: ['SetEnv SHLVL=2'] }) : undefined
  const rsyncd = await startRsyncd({ directory: folder })
  const ground = (name: string): Ground => prepare(`${folder}/${name}`, count, { sshd, rsyncd })
  const contenders: Contender[] = []
  try {
    contenders.push(...(await start(ground, folder)))
    const samples = new Map<Contender, Sample[]>(contenders.map((each) => [each, []]))
    const cpu = new Map<Contender, number>()
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const contender of contenders) {
        if (round === 0) cpu.set(contender, contender.cpuMs())
        const taken = await playRound(contender, count, round)
        if (round >= 0) samples.get(contender)?.push(...taken)
      }
    }
    return tableOf(count, contenders, samples, cpu)
  } finally {
    for (const contender of contenders) await contender.stop()
    await sshd?.dispose()
    await rsyncd.dispose()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function prepare(folder: string, count: number, servers: Pick<Ground, 'sshd' | 'rsyncd'>): Ground {
  const [source, target] = [`${folder}/source`, `${folder}/target`]
  for (const made of [source, target]) fs.mkdirSync(made, { recursive: true })
  makeTree(source, count)
  runCommand('cp', ['-a', `${source}/.`, target])
  return { source, target, ...servers }
}

async function start(ground: (name: string) => Ground, folder: string): Promise<Contender[]> {
  const contenders: Contender[] = []
  const local = ground('local')
  contenders.push(await clsync('clsync, local', local, local.target, {}))
  if (has('lsyncd')) contenders.push(await lsyncd(ground('lsyncd')))
  const hand = ground('hand')
  contenders.push(byHand('rsync by hand, local', hand, [], hand.target))
  const { sshd } = hand
  if (sshd !== undefined) {
    const [ours, theirs] = [ground('ssh'), ground('ssh-hand')]
    contenders.push(await clsync('clsync, ssh', ours, `target:${ours.target}`, { ssh: { configFile: sshd.configFile } }))
    contenders.push(byHand('rsync by hand, ssh', theirs, [`--rsh=ssh -F ${sshd.configFile}`], `target:${theirs.target}`))
  }
  const daemon = ground('daemon')
  const url = `${daemon.rsyncd?.url}${daemon.target.slice(folder.length)}`
  contenders.push(await clsync('clsync, daemon', daemon, url, {}))
  return contenders
}

/** Each kind of change once. */
async function playRound(contender: Contender, count: number, round: number): Promise<Sample[]> {
  const name = `${directoryOf(count, round + WARM_UP)}/probe-${round + WARM_UP}`
  const samples: Sample[] = []
  for (const { kind, make, arrival } of changesAt(contender.source, contender.target, name)) {
    const startedAt = performance.now()
    make()
    contender.tell(pathsOf(kind, name))
    await until(arrival(), `${contender.name}: ${kind} of ${name}`)
    samples.push({ kind, ms: performance.now() - startedAt })
    await pause(GAP_MS)
  }
  return samples
}

/** Looks without a pause, but lets what was spawned write its input. */
async function until(hasArrived: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!hasArrived()) {
    if (performance.now() > end) throw new Error(`never arrived at ${what}`)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** Only lsyncd's CPU is to be compared: who runs rsync by hand looks for no changes. */
function figuresOf(count: number, { '': who, p50, 'CPU ms': cpu }: Row): Figure[] {
  const [name, place = 'local'] = String(who).split(', ')
  const of = figure(`rsync ${place}`, { name: String(who), role: name === 'clsync' ? 'ours' : 'peer' }, count)
  const [median, used] = [of('p50', Number(p50)), of('CPU per change', Number(cpu))]
  return name === 'rsync by hand' ? [median] : [median, used]
}

function pathsOf(kind: string, name: string): string[] {
  if (kind === 'rename') return [name, `${name}-renamed`]
  const suffix = { chmod: '-renamed', unlink: '-renamed', symlink: '-link', mkdir: '-dir', rmdir: '-dir' }[kind] ?? ''
  return [`${name}${suffix}`]
}

function tableOf(
  count: number,
  contenders: readonly Contender[],
  samples: ReadonlyMap<Contender, readonly Sample[]>,
  cpuBefore: ReadonlyMap<Contender, number>,
): Table {
  const rows = contenders.map((contender): Row => {
    const taken = samples.get(contender) ?? []
    const of = (kind?: string): number[] => taken.filter((each) => kind === undefined || each.kind === kind).map(({ ms }) => ms)
    return {
      '': contender.name,
      p50: quantile(of(), 0.5),
      p95: quantile(of(), 0.95),
      max: quantile(of(), 1),
      ...Object.fromEntries(['create', 'overwrite', 'chmod', 'rename', 'unlink'].map((kind) => [kind, quantile(of(kind), 0.5)])),
      'CPU ms': (contender.cpuMs() - (cpuBefore.get(contender) ?? 0)) / taken.length,
    }
  })
  const title = `One change through rsync, tree of ${count} files (ms; p50 of each kind)`
  return { title, rows, notes: [], figures: rows.flatMap((row) => figuresOf(count, row)), failed: false }
}
