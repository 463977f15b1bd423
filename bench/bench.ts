import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { burst } from './burst/burst.ts'
import { latency } from './latency/latency.ts'
import { rsync } from './rsync/rsync.ts'
import { type BenchOptions, readOptions, USAGE } from './stage/options.ts'
import { type Table, tableText } from './stage/table.ts'
import { s3 } from './s3/s3.ts'
import { start } from './start/start.ts'

type Case = (options: BenchOptions) => Promise<Table[]>

const CASES: Readonly<Record<string, Case>> = { latency, burst, start }
/** Those that need servers run when they are named. */
const OTHERS: Readonly<Record<string, Case>> = { rsync, s3 }

process.exitCode = await bench(process.argv.slice(2))

/** Runs what was asked for and prints the figures. Resolves to an exit code: 1 when something did not hold that has to. */
async function bench(args: readonly string[]): Promise<number> {
  let options: BenchOptions
  try {
    options = readOptions(args, { cases: Object.keys(CASES), others: Object.keys(OTHERS) }, os.tmpdir())
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return 2
  }
  const folder = fs.mkdtempSync(path.join(options.folder, 'clsync-bench-'))
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  const machine = machineNow()
  if (!options.json)
    console.log(
      `${Object.entries(machine)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}\n`,
    )
  const tables: Table[] = []
  for (const name of options.cases) {
    for (const table of (await (CASES[name] ?? OTHERS[name])?.({ ...options, folder })) ?? []) {
      tables.push(table)
      if (!options.json) console.log(tableText(table))
    }
  }
  if (options.json) console.log(JSON.stringify({ machine, tables }, undefined, 2))
  return tables.some(({ failed }) => failed) ? 1 : 0
}

function machineNow() {
  const processors = os.cpus()
  const load = os.loadavg()[0]?.toFixed(2) ?? '?'
  return {
    node: process.versions.node,
    kernel: os.release(),
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? '?'}`,
    load,
  }
}
