import type { Change } from '../handler.ts'
import type { FailedEvent, Hooks, StateEvent, SyncedEvent } from '../hooks.ts'
import type { Clock } from '../model/clock.ts'
import { reasonOf } from '../model/reason.ts'
import { bytesText, countText, durationText } from './amount.ts'
import type { Logger } from './log.ts'
import type { Status } from './status.ts'

export interface NarrationOptions {
  readonly log: Logger
  readonly clock: Clock
  /** Changes are what would have been done. */
  readonly dryRun: boolean
  /** For what a halt is about. */
  readonly status: () => Status
}

/** Tells in the log what an engine does: one line a batch, a few lines for failures, one for each halt. */
export function narrate(hooks: Hooks, { log, clock, dryRun, status }: NarrationOptions): { flush(): void } {
  const failures = createFailureLines(log, clock)
  hooks.synced.tap(TAP, (event) => tellBatch(event, log, dryRun))
  hooks.failed.tap(TAP, (event) => failures.add(event))
  hooks.drained.tap(TAP, () => failures.flush())
  hooks.stateChanged.tap(TAP, (event) => tellState(event, log, status))
  return { flush: () => failures.flush() }
}

const TAP = 'clsync log'

function tellBatch({ batch, count, bytes, durationMs, target }: SyncedEvent, log: Logger, dryRun: boolean): void {
  const at = log.scope({ target })
  const amount = countText(count, 'change')
  // In a dry run the handler itself says what it would do.
  if (log.isDebug) for (const change of batch.changes) at.debug(changeText(change))
  const text = `${dryRun ? 'would send ' : ''}${amount}${only(batch.changes)}, ${bytesText(bytes)}, ${durationText(durationMs)}`
  at.event('batch', text, { batch: batch.id, reason: batch.reason, changes: count, bytes, ms: Math.round(durationMs) })
}

/** `create a/b`, `move a to b`. */
function changeText({ type, path, from, recursive }: Change): string {
  const name = recursive ? `${path}/**` : path
  return type === 'move' ? `move ${from} to ${name}` : `${type} ${name}`
}

/** A batch of one says which one. */
function only(changes: readonly Change[]): string {
  const change = changes[0]
  return changes.length === 1 && change ? ` (${changeText(change)})` : ''
}

function tellState({ target, from, to }: StateEvent, log: Logger, status: () => Status): void {
  const at = target === undefined ? log : log.scope({ target })
  if (to === 'halted') {
    const now = status()
    const halt = target === undefined ? now.halt : now.targets.find(({ name }) => name === target)?.halt
    at.error(`halted: ${halt?.message ?? 'it needs a person'}${halt ? ` ${halt.fix}` : ''}`, {
      event: 'halted',
      code: halt?.code,
    })
  } else if (to === 'failed') {
    at.error('gave up; what is left is sent after the next start', { event: 'gave-up' })
  } else if (from === 'halted' || from === 'paused' || to === 'paused') {
    at.event('state', `${to} (was ${from})`, { from, to })
  } else {
    at.debug(`${from} → ${to}`)
  }
}

/** First failures are told one by one, the rest counted; an outage of an hour must not fill the disk with log. */
function createFailureLines(log: Logger, clock: Clock) {
  const windows = new Map<string, { startMs: number; told: number; more: number; readonly batches: Map<string, number> }>()
  return { add, flush }

  function add({ target, path, error, batch }: FailedEvent): void {
    const at = log.scope({ target })
    const reason = reasonText(error)
    const window = windowOf(target)
    if (path === undefined) {
      const toldAt = window.batches.get(reason)
      if (toldAt !== undefined && clock.monotonic() - toldAt < BATCH_QUIET_MS) return
      if (window.batches.size > MAX_REASONS) window.batches.clear()
      window.batches.set(reason, clock.monotonic())
      at.warn(`${countText(batch.changes.length, 'change')} failed and will be tried again: ${reason}`, {
        attempt: batch.attempt,
      })
    } else if (window.told < PATHS_PER_WINDOW) {
      window.told++
      at.warn(`${path}: ${reason}`)
    } else {
      window.more++
    }
  }

  function windowOf(target: string) {
    const now = clock.monotonic()
    const window = windows.get(target) ?? { startMs: now, told: 0, more: 0, batches: new Map<string, number>() }
    windows.set(target, window)
    if (now - window.startMs >= PATH_WINDOW_MS) {
      tellMore(target)
      Object.assign(window, { startMs: now, told: 0 })
    }
    return window
  }

  function tellMore(target: string): void {
    const window = windows.get(target)
    if (!window || window.more === 0) return
    log.scope({ target }).warn(`and ${countText(window.more, 'more path')} failed; all are tried again`, { failed: window.more })
    window.more = 0
  }

  function flush(): void {
    for (const target of windows.keys()) tellMore(target)
  }
}

const PATHS_PER_WINDOW = 5
const PATH_WINDOW_MS = 60_000
/** The same reason for a whole batch is told again after this long. */
const BATCH_QUIET_MS = 60_000
const MAX_REASONS = 100

function reasonText(error: unknown): string {
  return reasonOf(error).split('\n')[0] ?? ''
}
