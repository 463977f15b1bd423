import type { Log } from '../handler.ts'
import type { Hooks } from '../hooks.ts'
import type { Status } from '../observe/status.ts'
import type { Task } from '../model/task.ts'

/** One task running. All methods may be called in any state. */
export interface Engine {
  readonly hooks: Hooks
  /** Resolves when the watch stands and the first scan and sync are done (or halted); rejects on what makes a start impossible. */
  start(): Promise<void>
  /** Resolves when nothing is known to be left to do: everything is acked, held, or a problem. */
  idle(): Promise<void>
  /** Sends what is waiting, then closes. `abort`: gives up batches in flight. Safe to call again, with more urgency. */
  stop(options?: { readonly abort?: boolean }): Promise<void>
  status(): Status
}

export interface EngineOptions {
  readonly log: Log
}

export declare function createEngine(task: Task, options: EngineOptions): Engine
