import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { runSeed, type SeedResult } from './seed.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    monitor: { type: 'string', default: 'inotify' },
    kill: { type: 'string', default: 'half' },
    dir: { type: 'string', default: tmpdir() },
    parallel: { type: 'string', default: '2' },
    minutes: { type: 'string' },
  },
})

const from = Number(values.from)
const endsAt = values.minutes === undefined ? Infinity : performance.now() + Number(values.minutes) * 60_000
const lastSeed = values.minutes === undefined ? from + Number(values.seeds) - 1 : Infinity
let nextSeed = from
const results: SeedResult[] = []

await Promise.all(Array.from({ length: Number(values.parallel) }, work))
report()

async function work(): Promise<void> {
  while (nextSeed <= lastSeed && performance.now() < endsAt) {
    const seed = nextSeed++
    const isKilled = values.kill === 'all' || (values.kill === 'half' && seed % 2 === 0)
    const result = await runSeed({ seed, steps: Number(values.steps), monitor: values.monitor, isKilled, directory: values.dir })
    results.push(result)
    tell(result)
  }
}

function tell({ seed, differences, kills, entries, convergedMs, journal, folder }: SeedResult): void {
  const about = `seed ${seed}: ${entries} entries, ${kills} restarts`
  if (differences.length === 0) return console.log(`${about}, exact after ${Math.round(convergedMs)} ms`)
  console.log(`${about}, NOT EXACT, kept in ${folder}`)
  for (const line of journal) console.log(`    ${line}`)
  for (const line of differences.slice(0, 20)) console.log(`  ${line.slice(0, 500)}`)
  if (differences.length > 20) console.log(`  and ${differences.length - 20} more`)
}

function report(): void {
  const broken = results.filter(({ differences }) => differences.length > 0).map(({ seed }) => seed)
  const kills = results.reduce((sum, result) => sum + result.kills, 0)
  const slowest = Math.round(Math.max(...results.map(({ convergedMs }) => convergedMs)))
  console.log(
    `${results.length} seeds, ${kills} restarts, slowest exact after ${slowest} ms, not exact: ${broken.join(' ') || 'none'}`,
  )
  process.exitCode = broken.length === 0 ? 0 : 1
}
