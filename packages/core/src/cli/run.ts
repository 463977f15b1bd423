import type { Engine } from '../engine/engine.ts'
import type { RunSettings } from '../model/run-settings.ts'
import type { Task } from '../model/task.ts'
import { countText, durationText } from '../observe/amount.ts'
import type { Logger } from '../observe/log.ts'
import { narrate } from '../observe/narration.ts'
import { startProgress } from '../observe/progress.ts'
import type { Terminal } from '../observe/terminal.ts'
import { createEnding } from './ending.ts'
import type { Io } from './io.ts'
import { isOver, outcomeOf, tellRemains } from './outcome.ts'
import { watchPauseFile } from './pause-file.ts'
import { rounds, settle } from './settling.ts'
import { listenForSignals } from './shutdown.ts'
import { follow, type StatusFile } from './status-file.ts'

export interface RunOptions {
  readonly tasks: readonly Task[]
  readonly settings: RunSettings
  /** Name of the whole, for the user's commands. */
  readonly label: string
  /** Called when the first task has begun: its state is ours, and its targets are set up or known to be away. */
  begun?(): void
  readonly log: Logger
  readonly terminal: Terminal
  /** Show how far the first sync is. */
  readonly showProgress: boolean
  /** Put the task's name on each line. */
  readonly nameTasks: boolean
  readonly io: Io
  /** Told how things stand. */
  readonly statusFile: StatusFile | undefined
}

/** Runs all tasks to their end and returns the exit code. Throws what makes a start impossible. */
export async function runTasks(options: RunOptions): Promise<number> {
  const { log, io, settings, label } = options
  const { mode, drainMs } = settings
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
  const tell = follow(options.statusFile, engines)
  const ending = createEnding({ settings, engines, label, log, clock: io.clock, tell })
  const before = (abort: AbortSignal) => (mode === 'live' && ending.isTimed ? ending.before(abort) : undefined)
  const shutdown = listenForSignals({ engines, log, io, drainMs, before })
  try {
    const work = Promise.all(runs.map((run) => begin(run, options)))
    await Promise.race([work, shutdown.requested])
    if (!shutdown.isRequested) await Promise.race([ending.before(shutdown.abort), shutdown.requested])
    if (shutdown.isRequested) {
      await shutdown.done
      work.catch(() => {}) // a start that a signal cut short is no error
      const inOrder = mode === 'live' && !shutdown.isAborted
      return inOrder ? await ending.after(0) : shutdown.exitCode
    }
    const remains = Math.max(...runs.map(({ engine }) => outcomeOf(engine.status(), mode)))
    for (const { engine, log: own } of runs) if (mode !== 'live' || settings.maxRounds) tellRemains(engine.status(), own)
    await Promise.all(engines.map((engine) => engine.stop({ abort: ending.isTimed }))) // what waits has had its time
    const outcome = await ending.after(remains)
    if (outcome === 0) log.event('done', 'done', { ms: Math.round(io.clock.monotonic() - (runs[0]?.startMs ?? 0)) })
    return outcome
  } finally {
    progress?.stop()
    shutdown.dispose()
    for (const run of runs) run.dispose()
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
  dispose(): void
}

async function prepare(task: Task, { log, io, nameTasks }: RunOptions): Promise<Run> {
  const own = nameTasks ? log.scope({ task: task.name }) : log
  const engine = await io.createEngine(task, { log: own })
  const { flush } = narrate(engine.hooks, { log: own, clock: io.clock, dryRun: task.dryRun, status: () => engine.status() })
  const { pauseFile: file } = task
  const unwatch = file === undefined ? undefined : watchPauseFile({ file, engine, clock: io.clock, log: own })
  const dispose = (): void => {
    flush()
    unwatch?.()
  }
  return { task, engine, log: own, startMs: io.clock.monotonic(), isStarted: false, dispose }
}

/** Starts a task and waits until the work of the mode is done. */
function begin(run: Run, options: RunOptions): Promise<void> {
  const { settings, begun } = options
  if (begun !== undefined) run.engine.hooks.stateChanged.tap(TAP, begun)
  const work = start(run, options).then(() => {
    begun?.()
    return settle(run.engine, settings.mode)
  })
  // A source that never rests would keep the first sync from ending.
  return settings.maxRounds === undefined ? work : Promise.race([work, rounds(run.engine, settings.maxRounds)])
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

const TAP = 'clsync run'
