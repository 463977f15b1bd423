import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs, styleText } from 'node:util'
import { type Arrival, watchArrivals } from './demo/arrivals.ts'
import { nextChange } from './demo/changes.ts'
import { startClsync } from './demo/daemon.ts'

const FOLDER = resolve(import.meta.dirname, '../.clsync-demo')
const SOURCE = `${FOLDER}/source`
const TARGET = `${FOLDER}/target`
const CHANGE_EVERY_MS = 1000
/** A change that has not arrived by then never will. */
const PATIENCE_MS = 15_000

process.exitCode = await demo(process.argv.slice(2))

/** Syncs one folder to another and shows each change arriving, until Ctrl-C or for `--seconds N`. Resolves to an exit code. */
async function demo(args: readonly string[]): Promise<number> {
  const seconds = secondsOf(args)
  if (seconds === undefined) return 2
  const end = endAfter(seconds)
  prepareFolders()
  const daemon = startClsync({ source: SOURCE, target: TARGET, stateDir: `${FOLDER}/state`, log: `${FOLDER}/clsync.log` })
  const arrivals = watchArrivals({ source: SOURCE, target: TARGET, onArrival: print })
  console.log(introduction(seconds))
  arrivals.expect(['hello.txt'])
  await Promise.race([arrivals.settle(PATIENCE_MS), daemon.exited])
  const first = arrivals.latenciesMs.length
  for (let step = 0; !end.aborted && daemon.running(); step++) {
    arrivals.expect(nextChange(SOURCE, step))
    await Promise.race([wait(CHANGE_EVERY_MS, undefined, { signal: end }).catch(() => undefined), daemon.exited])
  }
  const missing = daemon.running() ? await arrivals.settle(PATIENCE_MS) : arrivals.missing()
  arrivals.stop()
  const failure = await daemon.stop()
  return conclude(arrivals.latenciesMs.slice(first), missing, failure)
}

/** `Infinity` without the option; `undefined`, after saying why, when the command line makes no sense. */
function secondsOf(args: readonly string[]): number | undefined {
  try {
    const { values } = parseArgs({ args: args.filter((arg) => arg !== '--'), options: { seconds: { type: 'string' } } })
    const seconds = values.seconds === undefined ? Infinity : Number(values.seconds)
    if (seconds > 0) return seconds
    console.error(`demo: --seconds takes a number above 0, not "${values.seconds}"`)
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}\nusage: npm start [-- --seconds N]`)
  }
  return undefined
}

function endAfter(seconds: number): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort())
  return seconds === Infinity ? controller.signal : AbortSignal.any([controller.signal, AbortSignal.timeout(seconds * 1000)])
}

/** What a person has put into the source stays; the target is made anew, to show the first sync as well. */
function prepareFolders(): void {
  for (const made of [TARGET, `${FOLDER}/state`, `${SOURCE}/demo`]) rmSync(made, { recursive: true, force: true })
  for (const folder of [SOURCE, TARGET]) mkdirSync(folder, { recursive: true })
  writeFileSync(`${SOURCE}/hello.txt`, 'Edit me and save.\n')
}

function introduction(seconds: number): string {
  const until = seconds === Infinity ? 'Ctrl-C ends it' : `ends after ${seconds} s`
  return [
    `clsync is running: ${place(SOURCE)} -> ${place(TARGET)}`,
    `Change anything in ${styleText('bold', place(SOURCE))} and see it arrive; meanwhile ${place(SOURCE)}/demo changes by itself. (${until})`,
    '',
  ].join('\n')
}

function place(path: string): string {
  return relative(process.cwd(), path) || '.'
}

function print({ path, what, latencyMs }: Arrival): void {
  console.log(`${latencyMs.toFixed(1).padStart(8)} ms  ${what.padEnd(7)}  ${path}`)
}

function conclude(latenciesMs: readonly number[], missing: readonly string[], failure: string | undefined): number {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN
  console.log(
    `\n${sorted.length} changes arrived; median ${median.toFixed(1)} ms, slowest ${(sorted.at(-1) ?? NaN).toFixed(1)} ms`,
  )
  if (missing.length > 0) console.error(`demo: ${missing.length} did not arrive: ${missing.slice(0, 5).join(', ')}`)
  if (failure !== undefined) console.error(`demo: ${failure}`)
  return missing.length > 0 || failure !== undefined || sorted.length === 0 ? 1 : 0
}
