import { readFileSync, writeFileSync } from 'node:fs'
import { ROOT, withGenerated } from '../../scripts/docs.ts'
import { Field } from '../torture/field.ts'
import { lacksMounts } from '../torture/mounts.ts'
import { runSeed, type SeedOptions } from '../torture/seed.ts'
import { openVolume, type Volume } from '../torture/volume.ts'
import { installed } from './installed.ts'
import { type PeersOptions, readOptions, USAGE } from './options.ts'
import { longReport, shortReport } from './report.ts'
import { appendResult, MOST_KEPT, type PeerResult, readResults } from './result.ts'
import { unmounted } from './unmounted.ts'

process.exitCode = await peers(process.argv.slice(2))

/** Puts clsync and its peers through the same, and prints how many runs of each diverged. Resolves to an exit code. */
async function peers(args: readonly string[]): Promise<number> {
  let options: PeersOptions
  try {
    options = readOptions(args)
  } catch (error) {
    console.error(`peers: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return 2
  }
  const { versions, missing } = installed()
  const lacking = lacksMounts() ?? (missing.length > 0 ? `not installed: apt-get install ${missing.join(' ')}` : undefined)
  if (lacking !== undefined) {
    console.error(`peers: ${lacking}`)
    return 2
  }
  await play(options)
  const results = readResults(options.results)
  const report = longReport(results, { versions, on: options.on, steps: options.steps })
  console.log(`\n${report}`)
  if (options.write) {
    write('docs/torture.md', report)
    write('README.md', shortReport(results))
  }
  return 0
}

async function play(options: PeersOptions): Promise<void> {
  const volume = openVolume(options.on, options.directory)
  const giveUp = async (): Promise<void> => {
    await Field.disposeAll()
    volume.dispose()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp())
  try {
    await playOn(volume, options)
  } finally {
    volume.dispose()
  }
}

/** Several at a time, as the peers mostly wait. */
async function playOn(volume: Volume, { jobs, steps, parallel, directory, results }: PeersOptions): Promise<void> {
  const left = [...jobs]
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const { contender, peerClass, seed } = job
      const ended =
        peerClass === undefined
          ? await unmounted(contender, seed, volume.directory)
          : [await playSeed({ seed, contender, faultClass: peerClass, steps, mayBeKilled: false, volume, keptIn: directory })]
      for (const result of ended) {
        appendResult(results, result)
        tell(result)
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
}

async function playSeed(options: SeedOptions): Promise<PeerResult> {
  const { className, seed, differences, deaths, convergedMs, folder } = await runSeed(options)
  const { name } = options.contender
  return { contender: name, className, seed, differences: differences.slice(0, MOST_KEPT), deaths, convergedMs, folder }
}

function tell({ contender, className, seed, differences, deaths, convergedMs, folder }: PeerResult): void {
  const end = differences.length === 0 ? `right after ${Math.round(convergedMs)} ms` : `DIVERGED, kept in ${folder}`
  console.log(`${contender}, ${className} ${seed}: ${end}${deaths === 0 ? '' : `, ended by itself ${deaths} times`}`)
  for (const line of differences.slice(0, 3)) console.log(`  ${line.slice(0, 200)}`)
}

/** Between the markers of that place. */
function write(file: string, content: string): void {
  const url = new URL(file, ROOT)
  writeFileSync(url, withGenerated(readFileSync(url, 'utf8'), 'peers', content))
}
