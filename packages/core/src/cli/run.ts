import type { Engine } from '../engine/engine.ts'
import type { Task } from '../model/task.ts'
import { countText, durationText } from '../observe/amount.ts'
import type { Logger } from '../observe/log.ts'
import { narrate } from '../observe/narration.ts'
import { startProgress } from '../observe/progress.ts'
import type { Terminal } from '../observe/terminal.ts'
import type { Io } from './io.ts'
import { isOver, outcomeOf, tellRemains, type Mode } from './outcome.ts'
import { listenForSignals } from './shutdown.ts'

export interface RunOptions {
  readonly tasks: readonly Task[]
  readonly mode: Mode
  readonly log: Logger
  readonly terminal: Terminal
  /** Show how far the first sync is. */
  readonly showProgress: boolean
  /** Put the task's name on each line. */
  readonly nameTasks: boolean
  readonly io: Io
}

/** Runs all tasks to their end and returns the exit code. Throws what makes a start impossible. */
export async function runTasks(options: RunOptions): Promise<number> {
  const { log, io, mode } = options
  const runs: Run[] = []
  for (const task of options.tasks) runs.push(await prepare(task, options))
  const engines = runs.map(({ engine }) => engine)
  const progress = options.showProgress
    ? startProgress({
        ...options,
        clock: io.clock,
        statuses: () => runs.filter((run) => !run.isStarted).map(({ engine }) => engine.status()),
      })
    : undefined
  const shutdown = listenForSignals(engines, log, io)
  try {
    const work = Promise.all(runs.map((run) => start(run, options))).then(() => settle(runs, mode))
    await Promise.race([work, shutdown.done])
    if (shutdown.isRequested) {
      await shutdown.done
      work.catch(() => {}) // a start that a signal cut short is no error
      return mode === 'live' && !shutdown.isAborted ? 0 : shutdown.exitCode
    }
    const outcome = Math.max(...runs.map(({ engine }) => outcomeOf(engine.status(), mode)))
    for (const { engine, log: own } of runs) if (mode !== 'live') tellRemains(engine.status(), own)
    await Promise.all(engines.map((engine) => engine.stop()))
    if (outcome === 0) log.event('done', 'done', { ms: Math.round(io.clock.monotonic() - (runs[0]?.startMs ?? 0)) })
    return outcome
  } finally {
    progress?.stop()
    shutdown.dispose()
    for (const run of runs) run.flush()
    log.flush()
    // After an error the other engines would keep the process alive; stopping twice does no harm.
    await Promise.allSettled(engines.map((engine) => engine.stop({ abort: true })))
  }
}

interface Run {
  readonly task: Task
  readonly engine: Engine
  readonly log: Logger
  readonly startMs: number
  isStarted: boolean
  flush(): void
}

async function prepare(task: Task, { log, io, nameTasks }: RunOptions): Promise<Run> {
  const own = nameTasks ? log.scope({ task: task.name }) : log
  const engine = await io.createEngine(task, { log: own })
  const { flush } = narrate(engine.hooks, { log: own, clock: io.clock, dryRun: task.dryRun, status: () => engine.status() })
  return { task, engine, log: own, startMs: io.clock.monotonic(), isStarted: false, flush }
}

async function start(run: Run, { io }: RunOptions): Promise<void> {
  const { engine } = run
  let isReady = false
  const tellOnce = (): void => {
    if (isReady || !run.isStarted) return
    isReady = true
    tellReady(run, io)
  }
  // A source that is halted from the beginning is ready when it is back and all was sent.
  engine.hooks.drained.tap(TAP, tellOnce)
  try {
    await engine.start()
  } finally {
    run.isStarted = true
  }
  const status = engine.status()
  if (status.halt === undefined && !isOver(status)) tellOnce()
}

function tellReady({ engine, task, log, startMs }: Run, io: Io): void {
  const { tree, monitor } = engine.status()
  const ms = Math.round(io.clock.monotonic() - startMs)
  // The root is a directory of the tree, but not an entry in it.
  const files = Math.max(0, tree.entries - (tree.directories - 1))
  log.event('ready', `ready: ${countText(files, 'file')} in ${durationText(ms)}, watching by ${monitor.name}`, {
    task: task.name,
    files,
    directories: tree.directories,
    ms,
    monitor: monitor.name,
    guarantee: monitor.guarantee,
  })
}

/** Resolves when the mode's work is done; in `live` only when no task can go on. */
async function settle(runs: readonly Run[], mode: Mode): Promise<void> {
  const work = { once: (engine: Engine) => engine.idle(), 'until-idle': inSync, live: over }[mode]
  await Promise.all(runs.map(({ engine }) => Promise.race([work(engine), over(engine)])))
}

/** Problems are retried by the engine; only what needs a person ends the wait before all is in sync. */
async function inSync(engine: Engine): Promise<void> {
  const { promise: drained, resolve } = Promise.withResolvers<void>()
  engine.hooks.drained.tap(TAP, () => resolve())
  await engine.idle()
  const left = engine.status().targets.some((target) => target.problemCount > 0)
  if (left) await Promise.race([drained, over(engine)])
}

function over(engine: Engine): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = (): void => {
    if (isOver(engine.status())) resolve()
  }
  engine.hooks.stateChanged.tap(TAP, check)
  check()
  return promise
}

const TAP = 'clsync run'
