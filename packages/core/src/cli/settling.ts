import type { Engine } from '../engine/engine.ts'
import type { RunSettings } from '../model/run-settings.ts'
import type { Status } from '../observe/status.ts'
import { isEnded, isOver } from './outcome.ts'

/** Resolves when the mode's work is done; in `live` only when the task cannot go on. The engine has started. */
export function settle(engine: Engine, mode: RunSettings['mode']): Promise<void> {
  const work = { once: () => engine.idle(), 'until-idle': () => inSync(engine), live: () => over(engine) }[mode]
  return Promise.race([work(), over(engine)])
}

/** Resolves when every target has had so many rounds. */
export function rounds(engine: Engine, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = (): void => {
    const { targets } = engine.status()
    if (targets.length > 0 && targets.every(({ synced }) => synced.rounds >= count)) resolve()
  }
  // Counted when all observers have been told.
  const later = (): void => queueMicrotask(check)
  engine.hooks.synced.tap(TAP, later)
  engine.hooks.failed.tap(TAP, later)
  engine.hooks.drained.tap(TAP, later)
  return promise
}

/** Resolves when the task can do nothing more by itself. */
export function over(engine: Engine): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = (): void => {
    if (isOver(engine.status())) resolve()
  }
  engine.hooks.stateChanged.tap(TAP, check)
  check()
  return promise
}

/** What fails is tried again until it succeeds; what needs a person, or can never be sent, is not waited for. */
async function inSync(engine: Engine): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await engine.idle()
  const check = (): void => {
    if (!isRetrying(engine.status())) resolve()
  }
  engine.hooks.drained.tap(TAP, check)
  engine.hooks.stateChanged.tap(TAP, () => engine.status().halt !== undefined && resolve())
  check()
  await promise
}

function isRetrying({ halt, tree, targets }: Status): boolean {
  if (halt !== undefined) return false
  return tree.unreadable > 0 || targets.some((target) => target.pending > 0 && !isEnded(target))
}

const TAP = 'clsync run'
