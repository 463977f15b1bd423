import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { away } from './away/away.ts'
import { burst } from './burst/burst.ts'
import { churn } from './churn/churn.ts'
import { directory } from './directory/directory.ts'
import { initial } from './initial/initial.ts'
import { latency } from './latency/latency.ts'
import { goalTable } from './results/goals.ts'
import { report } from './results/report.ts'
import { rsync } from './rsync/rsync.ts'
import { type BenchOptions, readOptions, USAGE } from './stage/options.ts'
import { type Table, tableText } from './stage/table.ts'
import { s3 } from './s3/s3.ts'
import { start } from './start/start.ts'

type Case = (options: BenchOptions) => Promise<Table[]>

const CASES: Readonly<Record<string, Case>> = { latency, burst, churn, directory, initial, start }
/** Those that need servers run when they are named. */
const OTHERS: Readonly<Record<string, Case>> = { rsync, away, s3 }

const RESULTS = path.resolve(import.meta.dirname, 'RESULTS.md')

process.exitCode = await bench(process.argv.slice(2))

/** Runs what was asked for and prints the figures. Resolves to an exit code: 1 when something did not hold that has to. */
async function bench(args: readonly string[]): Promise<number> {
  let options: BenchOptions
  try {
    options = readOptions(args, { cases: Object.keys(CASES), others: Object.keys(OTHERS) })
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return 2
  }
  const folder = fs.mkdtempSync(path.join(options.folder, 'clsync-bench-'))
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  const machine = machineNow(options)
  const print = (text: string): void => void (options.json || console.log(text))
  for (const [name, value] of Object.entries(machine)) print(`${name}: ${value}`)
  print('')
  const tables: Table[] = []
  const goals = (): Table[] => {
    const figures = tables.flatMap((table) => table.figures ?? [])
    return [goalTable(options.cases, figures)].filter(({ rows }) => rows.length > 0)
  }
  for (const name of options.cases) {
    for (const table of (await (CASES[name] ?? OTHERS[name])?.({ ...options, folder })) ?? []) {
      tables.push(table)
      print(tableText(table))
    }
    // After each case: a run that is cut short has been for something.
    if (options.write) fs.writeFileSync(RESULTS, report(machine, [...goals(), ...tables]))
  }
  for (const table of goals()) print(tableText(table))
  if (options.json) console.log(JSON.stringify({ machine, tables: [...goals(), ...tables] }, undefined, 2))
  return tables.some(({ failed }) => failed) ? 1 : 0
}

/** Where and with what, and how busy it was. */
function machineNow({ folder, present, quick }: BenchOptions): Record<string, string> {
  const processors = os.cpus()
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    run: quick ? 'quick' : 'full',
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? '?'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()}, node ${process.versions.node}`,
    'file system': spawnSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).stdout.trim(),
    'load at the start': os
      .loadavg()
      .map((load) => load.toFixed(2))
      .join(', '),
    versions: Object.entries(present.versions)
      .map(([name, version]) => `${name}: ${version}`)
      .join('; '),
    'left out': present.missing.join('; ') || 'nobody',
  }
}
