import { constants } from 'node:os'
import type { Engine } from '../engine/engine.ts'
import type { Logger } from '../observe/log.ts'
import { STOP_SIGNALS, type Io, type StopSignal } from './io.ts'

export interface Shutdown {
  /** Resolves at the first signal, when all engines have stopped after it. */
  readonly done: Promise<void>
  /** Whether a signal came at all. */
  readonly isRequested: boolean
  /** Whether a second signal cut the draining short. */
  readonly isAborted: boolean
  /** 128 and the number of the first signal, as shells have it. */
  readonly exitCode: number
  /** Stops listening to signals. */
  dispose(): void
}

/** The first signal lets the engines send what is waiting, the second gives up what is in flight, the third ends the process. */
export function listenForSignals(engines: readonly Engine[], log: Logger, { onSignal, exit }: Io): Shutdown {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  let count = 0
  let exitCode = 0
  const removers = STOP_SIGNALS.map((signal) => onSignal(signal, () => stop(signal)))
  return {
    done,
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
    if (count > 2) return exit(128 + constants.signals[signal])
    const abort = count === 2
    if (!abort) exitCode = 128 + constants.signals[signal]
    log.info(abort ? `${signal} again: giving up what is in flight` : `${signal}: sending what is waiting; once more to give up`)
    Promise.all(engines.map((engine) => engine.stop({ abort }))).then(() => resolve(), reject)
  }
}
