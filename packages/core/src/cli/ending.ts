import type { Engine } from '../engine/engine.ts'
import type { Clock } from '../model/clock.ts'
import type { RunSettings } from '../model/run-settings.ts'
import type { Logger } from '../observe/log.ts'
import { runHook } from './exit-hook.ts'
import { over } from './settling.ts'

export interface EndingOptions {
  readonly settings: RunSettings
  readonly engines: readonly Engine[]
  readonly label: string
  readonly log: Logger
  readonly clock: Clock
  /** Told what is being done, in the words of the C clsync. */
  tell(status: EndStatus): void
}

/** What the end is about: the command before the last sync, that sync, what comes after it. */
export type EndStatus = 'preexit' | 'lastsync' | 'exiting'

/** What the user wants to have done around the last sync. */
export interface Ending {
  /** Runs the command that comes before the last sync, and sends what it has changed. Once, however often it is called. */
  before(abort: AbortSignal): Promise<void>
  /** Whether {@link Ending.before} gives what waits its time, so that no more is due to it. */
  readonly isTimed: boolean
  /** Runs the command that comes at the end, unless something went wrong. Returns the exit code. */
  after(outcome: number): Promise<number>
}

export function createEnding({ settings, engines, label, log, clock, tell }: EndingOptions): Ending {
  const { mode, beforeLast, after, maxRounds, drainMs } = settings
  const isTimed = beforeLast !== undefined || maxRounds !== undefined
  let begun: Promise<void> | undefined
  let wentWell = true
  const hook = (command: NonNullable<typeof after>, name: string, status: EndStatus, signal: AbortSignal): Promise<boolean> => {
    tell(status)
    return runHook({ command, name, log, signal, environment: { CLSYNC_LABEL: label, CLSYNC_STATUS: status } })
  }
  const last = async (abort: AbortSignal): Promise<void> => {
    if (beforeLast !== undefined) wentWell = await hook(beforeLast, 'before-last', 'preexit', abort)
    if (!isTimed) return
    tell('lastsync')
    // A source that never comes to rest must not keep the end away.
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = clock.after(drainMs, resolve)
    abort.addEventListener('abort', () => resolve())
    const rest = Promise.all(engines.map((engine) => Promise.race([engine.idle({ look: true }), over(engine)])))
    const isAtRest = await Promise.race([late.then(() => false), rest.then(() => true)])
    timer.cancel()
    if (isAtRest) return
    log.warn('The source did not come to rest; what changes is sent after the next start.')
    if (mode === 'until-idle') wentWell = false
  }
  return {
    isTimed,
    before: (abort) => (begun ??= last(abort)),
    async after(outcome) {
      if (!wentWell) return Math.max(outcome, 1)
      if (after === undefined || outcome !== 0) return outcome
      return (await hook(after, 'after', 'exiting', new AbortController().signal)) ? outcome : 1
    },
  }
}
