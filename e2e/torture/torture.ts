import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { destination } from './destination.ts'
import { FAULT_CLASSES, faultClass } from './faults/classes.ts'
import type { FaultClass } from './faults/fault.ts'
import { withServerAway } from './faults/server.ts'
import { Field } from './field.ts'
import { ours } from './ours.ts'
import { printSeed, printTotals } from './report.ts'
import { runSeed, type SeedResult } from './seed.ts'
import { openVolume, VOLUME_KINDS } from './volume.ts'

/**
 * Seeds go through the classes in turn, then through the file systems; a server is also away in every other one. `late`: after so many
 * milliseconds without a change a copy that is not exact counts as lost; where others use up the machine, more than by default.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    steps: { type: 'string', default: '250' },
    class: { type: 'string', default: 'all' },
    monitor: { type: 'string', default: 'inotify' },
    to: { type: 'string', default: 'mirror' },
    fs: { type: 'string', default: 'dir' },
    kill: { type: 'string', default: 'half' },
    away: { type: 'string', default: 'half' },
    late: { type: 'string' },
    dir: { type: 'string', default: tmpdir() },
    parallel: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
})

const to = { ...destination(values.to), ...(values.late !== undefined && { lateMs: Number(values.late) }) }
const contender = ours(values.monitor, to)
const classes = (values.class === 'all' ? FAULT_CLASSES : values.class.split(',').map(faultClass)).filter(isToBeHad)
const from = Number(values.from)
const endsAt = values.minutes === undefined ? Infinity : performance.now() + Number(values.minutes) * 60_000
const lastSeed = values.minutes === undefined ? from + Number(values.seeds) - 1 : Infinity
const results: SeedResult[] = []
let nextSeed = from

const volumes = (values.fs === 'all' ? [...VOLUME_KINDS] : values.fs.split(',')).map((kind) => openVolume(kind, values.dir))
process.once('SIGINT', () => void giveUp())
process.once('SIGTERM', () => void giveUp())
try {
  const lacking = to.lacks?.()
  if (lacking !== undefined) throw new Error(lacking)
  await to.server?.start()
  await Promise.all(Array.from({ length: Number(values.parallel) }, work))
} finally {
  await to.server?.stop()
  for (const volume of volumes) volume.dispose()
}
process.exitCode = printTotals(results) === 0 ? 0 : 1

function isToBeHad(each: FaultClass): boolean {
  const lacking = each.lacks?.({ contender })
  if (lacking !== undefined) console.log(`${each.name} is left out: ${lacking}`)
  return lacking === undefined
}

async function work(): Promise<void> {
  while (nextSeed <= lastSeed && performance.now() < endsAt) {
    const seed = nextSeed++
    const result = await play(seed)
    results.push(result)
    printSeed(result)
    if (values.json !== undefined) fs.appendFileSync(values.json, `${JSON.stringify({ ...result, journal: undefined })}\n`)
  }
}

async function play(seed: number): Promise<SeedResult> {
  const chosen = classes[seed % classes.length]
  const round = Math.floor(seed / classes.length)
  const volume = volumes[round % volumes.length]
  if (chosen === undefined || volume === undefined) throw new Error('there is nothing to play')
  const mayBeKilled = values.kill === 'all' || (values.kill === 'half' && round % 2 === 0)
  const isAway = to.server !== undefined && (values.away === 'all' || (values.away === 'half' && seed % 2 === 0))
  return runSeed({
    seed,
    contender,
    faultClass: isAway ? withServerAway(chosen) : chosen,
    steps: Number(values.steps),
    mayBeKilled,
    volume,
    keptIn: values.dir,
  })
}

/** Whatever is mounted goes with us. */
async function giveUp(): Promise<void> {
  await Field.disposeAll()
  await to.server?.stop()
  for (const volume of volumes) volume.dispose()
  printTotals(results)
  process.exit(130)
}
