import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

/**
 * Simulation and torture in turn, with new seeds each time, until the time is over or something is found. Prints totals and seeds of
 * each part as it goes.
 */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    from: { type: 'string', default: String(Math.floor(Date.now() / 60_000) * 1000) },
    dir: { type: 'string' },
  },
})

interface Part {
  readonly what: string
  readonly args: readonly string[]
}

/** Seeds of one round. */
const HISTORIES = 5000
const SEEDS = 66

process.exitCode = await soak(Number(values.hours) * 3_600_000, Number(values.from))

async function soak(forMs: number, from: number): Promise<number> {
  const endsMs = performance.now() + forMs
  let failures = 0
  let rounds = 0
  for (; performance.now() < endsMs; rounds++) {
    for (const { what, args } of parts(from + rounds * HISTORIES)) {
      console.log(`round ${rounds + 1}: ${what}`)
      if ((await run(args)) !== 0) failures++
    }
  }
  console.log(
    `${rounds} rounds from seed ${from}: ${rounds * HISTORIES} histories, ${rounds * SEEDS * 3} seeds of the torture; ${failures} parts failed`,
  )
  return failures === 0 ? 0 : 1
}

function parts(seed: number): Part[] {
  const torture = (monitor: string): Part => ({
    what: `torture by ${monitor}, all classes, from seed ${seed}`,
    args: [
      ...['e2e/torture/torture.ts', '--class', 'all', '--monitor', monitor, '--seeds', String(SEEDS), '--from', String(seed)],
      ...(values.dir === undefined ? [] : ['--dir', values.dir]),
    ],
  })
  const simulation = {
    what: `simulation, from seed ${seed}`,
    args: ['packages/core/test/simulation/histories.ts', '--from', String(seed), '--count', String(HISTORIES)],
  }
  return [simulation, torture('inotify'), torture('fanotify'), torture('poll'), torture('parcel')]
}

/** Runs a program of this workspace as its sources; resolves to its exit code. */
function run(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=clsync-source', ...args], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', resolve)
  })
}
