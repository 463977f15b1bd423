import type { Batch, SyncResult } from '../handler.ts'
import type { Clock } from '../model/clock.ts'
import { ClsyncError } from '../model/error.ts'

export type Outcome =
  | { readonly type: 'done'; readonly result: SyncResult | undefined }
  | { readonly type: 'failed'; readonly error: unknown }
  /** Aborted, but the handler has not come back: nobody knows what it may still do. */
  | { readonly type: 'lost'; readonly error: unknown; readonly late: Promise<unknown> }

export interface DispatchOptions {
  readonly batch: Batch
  /** How long a batch may go on without progress. */
  readonly timeoutMs: number
  /** Grows while the handler gets on: bytes that it has reported. */
  progress(): number
  readonly clock: Clock
  /** Aborted when the engine gives up what is in flight. */
  readonly cancel: AbortSignal
  run(signal: AbortSignal): Promise<SyncResult | undefined>
}

/** Time that a handler has to come back after its signal was aborted. */
const GRACE_MS = 5000

/** Runs one batch to an outcome, whatever the handler does. Never rejects. */
export function dispatch({ batch, timeoutMs, progress, clock, cancel, run }: DispatchOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const controller = new AbortController()
    let grace: { cancel(): void } | undefined
    const abort = (error: unknown): void => {
      if (controller.signal.aborted) return
      controller.abort(error)
      grace = clock.after(GRACE_MS, () => settle({ type: 'lost', error, late: running }))
    }
    const watch = (before: number): { cancel(): void } =>
      clock.after(timeoutMs, () => {
        const now = progress()
        if (now > before) timer = watch(now)
        else abort(timedOut(batch, timeoutMs))
      })
    let timer = watch(progress())
    const onCancel = (): void => abort(cancel.reason)
    const settle = (outcome: Outcome): void => {
      timer.cancel()
      grace?.cancel()
      cancel.removeEventListener('abort', onCancel)
      resolve(outcome)
    }
    cancel.addEventListener('abort', onCancel)
    const running = start(run, controller.signal)
    running.then(
      (result) => settle({ type: 'done', result }),
      (error: unknown) => settle({ type: 'failed', error: controller.signal.aborted ? controller.signal.reason : error }),
    )
    if (cancel.aborted) onCancel()
  })
}

/** A handler that throws before its first await fails like any other. */
async function start(run: DispatchOptions['run'], signal: AbortSignal): Promise<SyncResult | undefined> {
  return run(signal)
}

function timedOut(batch: Batch, timeoutMs: number): ClsyncError {
  return new ClsyncError('SYNC_TIMEOUT', {
    message: `A batch of ${batch.changes.length} changes made no progress for ${timeoutMs / 1000} s and was given up.`,
    fix: 'It is retried. Raise `timeout` when batches may take that long.',
  })
}
