import { constants } from 'node:os'
import { durationText } from '../observe/amount.ts'
import type { Engine } from '../engine/engine.ts'
import type { Logger } from '../observe/log.ts'
import { STOP_SIGNALS, type Io, type StopSignal } from './io.ts'

export interface Shutdown {
  /** Resolves at the first signal, when all engines have stopped after it. */
  readonly done: Promise<void>
  /** Resolves at the first signal. */
  readonly requested: Promise<void>
  /** Aborts when what is in flight is to be given up. */
  readonly abort: AbortSignal
  /** Whether a signal came at all. */
  readonly isRequested: boolean
  /** Whether a second signal cut the draining short. */
  readonly isAborted: boolean
  /** 128 and the number of the first signal, as shells have it. */
  readonly exitCode: number
  /** Stops listening to signals. */
  dispose(): void
}

interface ShutdownOptions {
  readonly engines: readonly Engine[]
  readonly log: Logger
  readonly io: Io
  /** What waits has this long. */
  readonly drainMs: number
  /** Done before the engines are told to stop, if anything; given up at the second signal. */
  before(abort: AbortSignal): Promise<unknown> | undefined
}

/** The first signal lets the engines send what is waiting, the second gives up what is in flight, the third ends the process. */
export function listenForSignals(options: ShutdownOptions): Shutdown {
  const { log, io, before } = options
  const { onSignal, exit } = io
  const { abort, giveUp, drain } = createStop(options)
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const { promise: requested, resolve: request } = Promise.withResolvers<void>()
  let count = 0
  let exitCode = 0
  const removers = STOP_SIGNALS.map((signal) => onSignal(signal, () => stop(signal)))
  return {
    done,
    requested,
    abort,
    get isRequested() {
      return count > 0
    },
    get isAborted() {
      return count > 1
    },
    get exitCode() {
      return exitCode
    },
    dispose: () => removers.forEach((remove) => remove()),
  }

  function stop(signal: StopSignal): void {
    count++
    request()
    if (count > 2) return exit(128 + constants.signals[signal])
    if (count === 2) {
      log.info(`${signal} again: giving up what is in flight`)
      return void giveUp().then(resolve, reject)
    }
    exitCode = 128 + constants.signals[signal]
    log.info(`${signal}: sending what is waiting; once more to give up`)
    const first = before(abort)
    const drained = first === undefined ? drain() : first.then(drain)
    void drained.then(() => count > 1 || resolve(), reject)
  }
}

function createStop({ engines, log, io: { clock }, drainMs }: ShutdownOptions) {
  const urgency = new AbortController()
  const giveUp = async (): Promise<void> => {
    urgency.abort()
    await Promise.all(engines.map((engine) => engine.stop({ abort: true })))
  }
  const drain = async (): Promise<void> => {
    if (urgency.signal.aborted) return
    const timer = clock.after(drainMs, () => {
      log.warn(`Not all was sent within ${durationText(drainMs)}; the rest is sent after the next start.`)
      void giveUp()
    })
    await Promise.all(engines.map((engine) => engine.stop())).finally(() => timer.cancel())
  }
  return { abort: urgency.signal, giveUp, drain }
}
