import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { drawHistory } from './world/history.ts'
import { report } from './world/report.ts'
import { simulate } from './world/simulation.ts'

/**
 * Many histories, in several processes: `--from SEED --count N` or `--minutes M`, `--parallel P`. Prints those that went wrong, shrunk
 * to their shortest, and the totals; how far it is goes to stderr. A signal ends it early, with the totals until then.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    minutes: { type: 'string' },
    parallel: { type: 'string', default: '2' },
  },
})

/** Seeds that a process is given at a time. */
const CHUNK = 50
/** It is told how far it is after so many. */
const TOLD = 5000
/** A history that takes longer, shrinking included, does not come to an end. */
const LONGEST_MS = 300_000

interface Chunk {
  readonly from: number
  readonly end: number
}

/** A history is begun; those of its chunk that went wrong before it. */
interface Begun {
  readonly seed: number
  readonly broken: readonly number[]
}

/** A history that its process was ended in. */
interface Stuck extends Begun {
  readonly chunk: Chunk
}

interface Result {
  readonly histories: number
  readonly turns: number
  readonly broken: readonly number[]
}

if (process.send === undefined) await lead()
else {
  process.on('disconnect', () => process.exit()) // nobody wants to know any more
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {}) // who leads ends it, also when all are told
  process.on('message', ({ from, end }: Chunk) => void work(from, end))
}

async function lead(): Promise<void> {
  const startedMs = performance.now()
  const from = Number(values.from)
  const end = values.minutes === undefined ? from + Number(values.count) : Infinity
  let endsMs = values.minutes === undefined ? Infinity : startedMs + Number(values.minutes) * 60_000
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (endsMs = 0))
  const totals = { histories: 0, turns: 0, broken: [] as number[] }
  let next = from
  const take = (): Chunk | undefined => {
    if (next >= end || performance.now() > endsMs) return undefined
    const chunk = { from: next, end: Math.min(end, next + CHUNK) }
    next = chunk.end
    return chunk
  }
  const add = ({ histories, turns, broken }: Result): void => {
    totals.histories += histories
    totals.turns += turns
    totals.broken.push(...broken)
    if (totals.histories % TOLD === 0) console.error(`${totals.histories} histories, broken: ${totals.broken.length}`)
  }
  await Promise.all(Array.from({ length: Number(values.parallel) }, () => runChunks(take, add)))
  const seconds = (performance.now() - startedMs) / 1000
  console.log(
    `${totals.histories} histories from seed ${from} to ${next - 1}, ${totals.turns} turns of the engine, ${seconds.toFixed(0)} s; ` +
      `broken: ${totals.broken.toSorted((a, b) => a - b).join(' ') || 'none'}`,
  )
  process.exitCode = totals.broken.length === 0 ? 0 : 1
}

/** In a process of its own, and in another from there on when one history does not come to an end. */
async function runChunks(take: () => Chunk | undefined, add: (result: Result) => void): Promise<void> {
  for (let chunk = take(); chunk !== undefined;) {
    const stuck = await runProcess(chunk, take, add)
    if (stuck === undefined) return
    console.log(`Seed ${stuck.seed}: does not come to an end`)
    add({ histories: stuck.seed + 1 - stuck.chunk.from, turns: 0, broken: [...stuck.broken, stuck.seed] })
    chunk = stuck.seed + 1 < stuck.chunk.end ? { from: stuck.seed + 1, end: stuck.chunk.end } : take()
  }
}

/** Resolves to the history that the process was ended in. */
function runProcess(first: Chunk, take: () => Chunk | undefined, add: (result: Result) => void): Promise<Stuck | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, { execArgv: process.execArgv })
    let chunk = first
    let stuck: Stuck | undefined
    let timer: NodeJS.Timeout | undefined
    child.on('message', (message: Begun | Result) => {
      clearTimeout(timer)
      if ('seed' in message) {
        timer = setTimeout(() => {
          stuck = { ...message, chunk }
          child.kill('SIGKILL')
        }, LONGEST_MS)
        return
      }
      add(message)
      const following = take()
      if (following === undefined) child.disconnect()
      else child.send((chunk = following))
    })
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (code === 0 || stuck !== undefined) resolve(stuck)
      else reject(new Error(`A process ended with ${code}.`))
    })
    child.send(chunk)
  })
}

async function work(from: number, end: number): Promise<void> {
  let turns = 0
  const broken: number[] = []
  for (let seed = from; seed < end; seed++) {
    process.send!({ seed, broken } satisfies Begun)
    const outcome = await simulate(drawHistory(seed))
    turns += outcome.turns
    if (outcome.broken === undefined) continue
    broken.push(seed)
    console.log(await report(seed))
  }
  process.send!({ histories: end - from, turns, broken })
}
