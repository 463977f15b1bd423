import type { Log } from '../handler.ts'
import { createHooks, type Hooks } from '../hooks.ts'
import { type Clock, systemClock } from '../model/clock.ts'
import type { FileSystem } from '../model/file-system.ts'
import { nodeFileSystem } from '../model/file-system.ts'
import type { Task } from '../model/task.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Status } from '../observe/status.ts'
import { openState, type OpenedState } from './opened-state.ts'
import { statusOf } from './snapshot.ts'
import { Succession } from './succession.ts'

/** One task running. All methods may be called in any state. */
export interface Engine {
  readonly hooks: Hooks
  /** Resolves when the watch stands and the first scan and sync are done (or halted); rejects on what makes a start impossible. */
  start(): Promise<void>
  /** Sends what is waiting without further delay; resolves when nothing is left to do: everything is acked, held, or a problem. */
  idle(options?: {
    /** Looks at everything before, where the monitor may be late: what was done until the call is sent then. Default false. */
    readonly look?: boolean
  }): Promise<void>
  /** Nothing is sent until {@link Engine.resume}; changes are remembered. Also before the start. */
  pause(): void
  resume(): void
  /** Sends what is waiting, then closes. `abort`: gives up batches in flight. Safe to call again, with more urgency. */
  stop(options?: { readonly abort?: boolean }): Promise<void>
  status(): Status
}

/** Effects; all but the log have a default. */
export interface EngineOptions {
  readonly log: Log
  readonly clock?: Clock
  readonly fs?: FileSystem
  /** Instead of the one that the task's `monitor` asks for. */
  readonly monitor?: Monitor
  readonly random?: () => number
  /** Instead of the database in the task's state directory. */
  readonly open?: (task: Task, isDamaged: boolean) => OpenedState
}

/** Prepares a task; nothing is opened or touched before `start`. */
export function createEngine(task: Task, options: EngineOptions): Engine {
  const { log, clock = systemClock, fs = nodeFileSystem, random = Math.random } = options
  const hooks = createHooks((hook, tap, error) => log.warn(`Plugin ${tap} failed in ${hook}: ${String(error)}.`))
  const open = options.open ?? openState
  const runs = new Succession({
    ...{ task, log, clock, fs, random, hooks, monitor: options.monitor },
    open: (isDamaged) => open(task, isDamaged),
  })
  let starting: Promise<void> | undefined
  let isStopping = false
  let stopping: Promise<void> | undefined
  const opened = Promise.withResolvers<void>()
  const begin = async (): Promise<void> => {
    for (const plugin of task.plugins) plugin.apply(hooks)
    hooks.sync.tapPromise({ name: 'handler', stage: 0 }, async (event) => {
      event.result = await runs.current?.sync(event)
    })
    await runs.begin()
    if (isStopping) return // asked to stop before there was anything to stop
    opened.resolve()
    await runs.wait((run) => run.ready())
  }
  return {
    hooks,
    start: () => (starting ??= begin()),
    async idle({ look = false } = {}) {
      if (starting !== undefined && runs.current === undefined)
        await Promise.race([opened.promise, starting.catch(() => undefined)]) // whoever started it is told
      await runs.wait((run) => run.idle(look))
    },
    pause: () => runs.pause(),
    resume: () => runs.resume(),
    async stop({ abort = false } = {}) {
      isStopping = true
      if (runs.current === undefined) await starting?.catch(() => undefined) // whoever started it is told
      await runs.end()
      if (runs.current === undefined) return
      if (abort) runs.current.abort()
      stopping ??= runs.current.close()
      await stopping
      await runs.end()
    },
    status: () => statusOf(task, runs.current, runs.isPaused),
  }
}
