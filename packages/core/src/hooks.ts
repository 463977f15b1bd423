import { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncBailHook, SyncHook } from 'tapable'
import type { Batch, SyncResult } from './handler.ts'
import type { State } from './observe/status.ts'

/**
 * Where plugins tap in. A noun you may change; a past participle you observe. An observer that throws is logged under its
 * name and stops nothing. tapable compiles hooks with `new Function`, so Node must not run with
 * `--disallow-code-generation-from-strings`.
 */
export interface Hooks {
  /** Called for each path that is about to be scheduled, when tapped. `false` ignores it until its next change. */
  readonly hint: SyncBailHook<[HintEvent], boolean | undefined>
  /** A batch before it is sent. Return it with fewer changes to keep the others back until they change again or are retried. */
  readonly batch: AsyncSeriesWaterfallHook<[Batch, TargetInfo]>
  /** Around the handler, which is a tap at stage 0. A tap that throws fails the batch. */
  readonly sync: AsyncSeriesHook<[SyncEvent]>
  readonly synced: SyncHook<[SyncedEvent]>
  readonly failed: SyncHook<[FailedEvent]>
  readonly stateChanged: SyncHook<[StateEvent]>
  /** All targets hold what the source holds, as far as is known. */
  readonly drained: SyncHook<[]>
}

export interface HintEvent {
  /** As text, see `Change.path`. */
  readonly path: string
}

export interface TargetInfo {
  readonly target: string
  readonly handler: string
}

export interface SyncEvent extends TargetInfo {
  readonly batch: Batch
  readonly signal: AbortSignal
  /** Filled in by the handler's tap. */
  result: SyncResult | undefined
}

export interface SyncedEvent extends TargetInfo {
  readonly batch: Batch
  /** Changes that arrived; all of the batch but the failed ones. */
  readonly count: number
  readonly durationMs: number
  readonly bytes: number
}

export interface FailedEvent extends TargetInfo {
  readonly batch: Batch
  /** Of single paths, or of the batch as a whole when `path` is absent. */
  readonly path?: string
  readonly error: unknown
}

export interface StateEvent {
  /** Absent for the task as a whole. */
  readonly target?: string
  readonly from: State
  readonly to: State
}

/** New hooks whose observers cannot break the engine. */
export function createHooks(onObserverError: (hook: string, tap: string, error: unknown) => void): Hooks {
  const hooks: Hooks = {
    hint: new SyncBailHook(['event']),
    batch: new AsyncSeriesWaterfallHook(['batch', 'target']),
    sync: new AsyncSeriesHook(['event']),
    synced: new SyncHook(['event']),
    failed: new SyncHook(['event']),
    stateChanged: new SyncHook(['event']),
    drained: new SyncHook([]),
  }
  for (const name of OBSERVERS) guard(name, hooks[name] as SyncHook<[unknown]>, onObserverError)
  return hooks
}

const OBSERVERS = ['synced', 'failed', 'stateChanged', 'drained'] as const

function guard(name: string, hook: SyncHook<[unknown]>, onError: (hook: string, tap: string, error: unknown) => void): void {
  hook.intercept({
    register(tap) {
      const run = tap.fn as (event: unknown) => unknown
      return {
        ...tap,
        fn(event: unknown) {
          try {
            const result = run(event)
            if (result instanceof Promise) result.catch((error: unknown) => onError(name, tap.name, error))
          } catch (error) {
            onError(name, tap.name, error)
          }
        },
      }
    },
  })
}
