import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { FAULT_CLASSES, faultClass } from './faults/classes.ts'
import { ours } from './ours.ts'
import { printSeed, printTotals } from './report.ts'
import { runSeed, type SeedResult } from './seed.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '250' },
    class: { type: 'string', default: 'all' },
    monitor: { type: 'string', default: 'inotify' },
    kill: { type: 'string', default: 'half' },
    dir: { type: 'string', default: tmpdir() },
    parallel: { type: 'string', default: '2' },
    minutes: { type: 'string' },
    json: { type: 'string' },
  },
})

const classes = values.class === 'all' ? FAULT_CLASSES : values.class.split(',').map(faultClass)
const from = Number(values.from)
const endsAt = values.minutes === undefined ? Infinity : performance.now() + Number(values.minutes) * 60_000
const lastSeed = values.minutes === undefined ? from + Number(values.seeds) - 1 : Infinity
const contender = ours(values.monitor)
let nextSeed = from
const results: SeedResult[] = []

await Promise.all(Array.from({ length: Number(values.parallel) }, work))
process.exitCode = printTotals(results) === 0 ? 0 : 1

async function work(): Promise<void> {
  while (nextSeed <= lastSeed && performance.now() < endsAt) {
    const seed = nextSeed++
    const chosen = classes[seed % classes.length] ?? faultClass('plain')
    const mayBeKilled = values.kill === 'all' || (values.kill === 'half' && seed % 2 === 0)
    const result = await runSeed({
      seed,
      contender,
      faultClass: chosen,
      steps: Number(values.steps),
      mayBeKilled,
      directory: values.dir,
    })
    results.push(result)
    printSeed(result)
    if (values.json !== undefined) fs.appendFileSync(values.json, `${JSON.stringify({ ...result, journal: undefined })}\n`)
  }
}
