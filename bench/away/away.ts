import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { rsyncIsMissing } from '../../e2e/stage/servers/rsyncd.ts'
import { type Sshd, sshdIsMissing, startSshd } from '../../e2e/stage/servers/sshd.ts'
import { differences } from '../../e2e/stage/tree-state.ts'
import type { BenchOptions } from '../stage/options.ts'
import { CLSYNC, type Program, startProgram } from '../stage/program.ts'
import { quantile, type Row, type Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'
import { keepBusy } from './busy.ts'

/** A target that is not to be had for a while. */
interface Absence {
  readonly name: string
  readonly destination: string
  readonly options: object
  strike(): Promise<void>
  heal(): Promise<void>
}

/** Measures what an absence costs, and how it is made good. */
export async function away({ folder, files, quick }: BenchOptions): Promise<Table[]> {
  const awayMs = quick ? 10_000 : 60_000
  const title = `The target is away for ${awayMs / 1000} s while the source is busy`
  const missing = rsyncIsMissing ?? sshdIsMissing ?? (process.geteuid?.() === 0 ? undefined : 'only root mounts disks')
  if (missing !== undefined) return [{ title: `${title}: left out, ${missing}`, rows: [], notes: [], failed: false }]
  const sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
  const rows: Row[] = []
  try {
    for (const make of [stoppedServer, fullDisk])
      rows.push(await play(`${folder}/away-${rows.length}`, files?.[0] ?? 2000, awayMs, (place) => make(place, sshd)))
  } finally {
    await sshd.dispose()
  }
  return [{ title, rows, notes: [NOTE], failed: rows.some((row) => row['is exact'] !== 'yes') }]
}

const NOTE = 'MiB: most resident memory of clsync itself before, during and after. One process all the time.'

function stoppedServer(place: string, sshd: Sshd): Absence {
  return {
    name: 'ssh server stopped',
    destination: `target:${place}/disk/target`,
    options: { ssh: { configFile: sshd.configFile } },
    strike: () => sshd.stop(),
    heal: () => sshd.start(),
  }
}

function fullDisk(place: string): Absence {
  const filler = `${place}/disk/filler`
  return {
    name: 'disk full',
    destination: `${place}/disk/target`,
    options: {},
    async strike() {
      const file = fs.openSync(filler, 'w')
      const piece = Buffer.alloc(65_536, 'x')
      try {
        for (;;) fs.writeSync(file, piece)
      } catch {
        // Now it is full.
      } finally {
        fs.closeSync(file)
      }
    },
    async heal() {
      fs.rmSync(filler)
    },
  }
}

async function play(place: string, files: number, awayMs: number, make: (place: string) => Absence): Promise<Row> {
  const [source, disk] = [`${place}/source`, `${place}/disk`]
  for (const made of [source, disk]) fs.mkdirSync(made, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=755', 'tmpfs', disk])
  try {
    fs.mkdirSync(`${disk}/target`)
    makeTree(source, files)
    const absence = make(place)
    const { name, destination, options } = absence
    const targets = { copy: { handler: '@clsync/handler-rsync', destination, options } }
    fs.writeFileSync(
      `${place}/config.json`,
      JSON.stringify({ source, targets, stateDir: `${place}/state`, retry: { max: '5s' } }),
    )
    const clsync = await startProgram([CLSYNC, '--config', `${place}/config.json`, '--log-format', 'json'], `${place}/log`)
    try {
      return { '': name, ...(await measure({ clsync, absence, source, target: `${disk}/target`, awayMs })) }
    } finally {
      await clsync.stop()
    }
  } finally {
    execFileSync('umount', ['--lazy', disk])
  }
}

interface Scene {
  readonly clsync: Program
  readonly absence: Absence
  readonly source: string
  readonly target: string
  readonly awayMs: number
}

async function measure({ clsync, absence, source, target, awayMs }: Scene): Promise<Row> {
  const writers = keepBusy(source)
  const before = await watch(clsync, BESIDE_MS)
  await absence.strike()
  const during = await watch(clsync, awayMs)
  await absence.heal()
  const after = await watch(clsync, BESIDE_MS)
  const changes = await writers.stop()
  const startedAt = performance.now()
  while (wrongAt(source, target) !== undefined && performance.now() - startedAt < PATIENCE_MS) await pause(50)
  const caughtUpMs = performance.now() - startedAt
  const inTheEnd = await watch(clsync, 2000)
  const wrong = wrongAt(source, target)
  return {
    changes,
    'MiB before': before,
    during,
    after,
    'in the end': inTheEnd,
    'caught up ms': caughtUpMs,
    'is exact': wrong === undefined ? 'yes' : `NO: ${wrong}`,
  }
}

/** What differs, the first of it; `undefined` when nothing does. */
function wrongAt(source: string, target: string): string | undefined {
  try {
    return differences(source, target)[0]
  } catch (error) {
    return String(error) // the target moved meanwhile
  }
}

/** Most resident memory, in MiB, for so long. */
async function watch(program: Program, forMs: number): Promise<number> {
  const samples: number[] = []
  for (const end = performance.now() + forMs; performance.now() < end; await pause(500)) samples.push(program.memory().nowMiB)
  return quantile(samples, 1)
}

const BESIDE_MS = 15_000
const PATIENCE_MS = 60_000
