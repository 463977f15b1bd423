import type { Engine, EngineOptions } from '../../src/engine/engine.ts'
import { createHooks } from '../../src/hooks.ts'
import type { Task } from '../../src/model/task.ts'
import type { State, Status, TargetStatus } from '../../src/observe/status.ts'

/** An engine whose every step the test takes by hand. */
export interface FakeEngine extends Engine {
  readonly task: Task
  readonly log: EngineOptions['log']
  readonly stops: boolean[]
  /** Lets `start` resolve, or reject. */
  finishStart(error?: Error): void
  becomeIdle(): void
  finishStop(): void
  /** Changes the status and tells the hooks. */
  become(state: State, changes?: Partial<Status>): void
  /** Changes the status of its only target. */
  setTarget(changes: Partial<TargetStatus>): void
}

export function fakeEngine(task: Task, { log }: EngineOptions): FakeEngine {
  const started = Promise.withResolvers<void>()
  const idle = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const hooks = createHooks((hook, tap, error) => {
    throw new Error(`${hook} of ${tap}`, { cause: error })
  })
  let status = statusOf(task.name)
  const stops: boolean[] = []
  return {
    task,
    log,
    hooks,
    stops,
    start: () => started.promise,
    idle: () => idle.promise,
    pause() {},
    resume() {},
    stop({ abort = false } = {}) {
      stops.push(abort)
      if (abort) stopped.resolve()
      return stopped.promise
    },
    status: () => status,
    finishStart: (error) => (error ? started.reject(error) : started.resolve()),
    becomeIdle: () => idle.resolve(),
    finishStop: () => stopped.resolve(),
    become(state, changes = {}) {
      const from = status.state
      status = { ...status, ...changes, state }
      hooks.stateChanged.call({ from, to: state })
    },
    setTarget(changes) {
      status = { ...status, targets: status.targets.map((target) => ({ ...target, ...changes })) }
    },
  }
}

/** A task in its first sync, with one target. */
export function statusOf(task: string): Status {
  return {
    task,
    state: 'initial',
    halt: undefined,
    monitor: { name: 'inotify', guarantee: 'no-loss', why: 'Linux', watches: 3, losses: 0, uncovered: 0 },
    tree: { entries: 12, directories: 2, scanning: 0, hinted: 0, unreadable: 0 },
    targets: [
      {
        name: 'mirror',
        handler: 'mirror',
        state: 'initial',
        halt: undefined,
        pending: 0,
        inFlight: 0,
        heldDeletes: 0,
        kept: 0,
        synced: { batches: 1, changes: 10, bytes: 1000, rounds: 1 },
        problems: [],
        problemCount: 0,
      },
    ],
  }
}
