import { differences } from './comparison.ts'
import type { History } from './history.ts'
import { restoreRoot, unlockAll, walk } from './operations.ts'
import { ROOT } from './disk.ts'
import { isNoLoss } from './setting.ts'
import { World } from './world.ts'

export interface Outcome {
  /** What went wrong, or nothing. */
  readonly broken: string | undefined
  /** What happened, in order. */
  readonly story: readonly string[]
  readonly turns: number
}

/** Events until everything has to be in order, after the last operation. */
const MOST_STEPS = 40_000
const SETTLE_MS = 180_000
const UNMAP_MS = 5000

/** Runs one history to its end and compares what the targets hold then with the source. */
export async function simulate(history: History): Promise<Outcome> {
  const world = new World(history)
  try {
    world.onDrained = () => checkDrained(world)
    world.start()
    schedule(world)
    await settle(world)
  } catch (error) {
    world.break(String((error as Error).stack))
  } finally {
    world.process?.life.die()
    world.db.close()
  }
  return { broken: world.broken, story: world.story, turns: world.process?.life.turns ?? 0 }
}

function schedule(world: World): void {
  const { operations } = world.history
  const next = (index: number): void => {
    const operation = operations[index]
    if (operation === undefined) return finish(world)
    world.timeline.outside(operation.gapMs, () => {
      world.operate(operation)
      next(index + 1)
    })
  }
  next(0)
}

/** Nothing happens any more, and nothing goes wrong. */
function finish(world: World): void {
  if (world.isCopying && world.disk.hasMounts) {
    world.timeline.outside(100, () => finish(world))
    return
  }
  world.say('quiet from here on')
  world.faults.isOn = false
  world.disk.unmount(ROOT)
  restoreRoot(world.disk)
  world.disk.unmap()
  // What is unmounted may show another mount below.
  while (walk(world.disk.find(ROOT), ROOT).some(([path]) => world.disk.unmount(path)));
  unlockAll(world.disk)
  // Maps were closed just now: that is told to a process that lives.
  world.timeline.outside(world.needsLook ? UNMAP_MS : 0, () => {
    if (world.needsLook) world.process?.life.die()
    world.isQuiet = true
  })
}

async function settle(world: World): Promise<void> {
  await run(world, Infinity, () => world.isQuiet)
  for (let round = 0; round < 4 && world.broken === undefined; round++) {
    if (world.process?.life.isAlive !== true) world.start(round > 0)
    world.process?.engine.resume()
    await run(world, world.timeline.now + SETTLE_MS, () => world.broken !== undefined)
    await idle(world)
    const status = world.process?.engine.status()
    const needsPerson =
      status?.halt !== undefined || status?.targets.some(({ heldDeletes, state }) => heldDeletes > 0 || state === 'halted')
    if (!needsPerson && world.process?.life.isAlive === true) break
    world.say(`needs a person: ${status?.halt?.code ?? 'held'}`)
    world.process?.life.die()
    if (round === 3) world.break('needs a person again and again')
  }
  if (world.broken !== undefined) return
  world.invariants.checkRest()
  for (const target of world.targets) for (const difference of differences(world, target)) world.break(difference)
}

async function idle(world: World): Promise<void> {
  let isIdle = false
  void world.process?.engine.idle().then(() => (isIdle = true))
  await run(world, world.timeline.now + SETTLE_MS, () => isIdle || world.process?.life.isAlive !== true)
  if (!isIdle && world.process?.life.isAlive === true) world.break(`never idle: ${JSON.stringify(world.process.engine.status())}`)
}

/** Lets virtual time pass until a condition holds. */
async function run(world: World, end: number, isDone: () => boolean): Promise<void> {
  for (let steps = 0; ; steps++) {
    // Promises of the engine and of handlers go on between two events.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    if (isDone() || !world.timeline.step(end)) return
    if (steps > MOST_STEPS) world.break(`no rest after ${MOST_STEPS} events`)
    for (const error of world.process?.errors ?? []) world.break(String((error as Error).stack))
    if (world.broken !== undefined) return
  }
}

/** An engine that says that all is sent has all sent, when the kernel has nothing more to tell. */
function checkDrained(world: World): void {
  const { process, history } = world
  if (process === undefined || !isNoLoss(history.setting) || process.kernel.isBusy) return
  const { halt, monitor, targets } = process.engine.status()
  if (halt !== undefined || history.setting.faults.look > 0 || monitor.uncovered > 0 || world.hasUnseen) return
  for (const [index, target] of world.targets.entries()) {
    const status = targets[index]!
    if (status.pending > 0 || status.heldDeletes > 0 || status.problemCount > 0 || status.state !== 'running') continue
    for (const difference of differences(world, target)) world.break(`drained, but ${difference}`)
  }
}
