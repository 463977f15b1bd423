import type { Step } from '../batch/step.ts'
import type { Batch } from '../handler.ts'
import type { Hooks, SyncEvent, TargetInfo } from '../hooks.ts'
import type { Clock } from '../model/clock.ts'
import { toText } from '../model/path.ts'
import { ALL_DONE, type Answer, readAnswer } from './answer.ts'
import { dispatch } from './dispatch.ts'

export interface DeliverOptions {
  readonly batch: Batch
  readonly steps: readonly Step[]
  readonly info: TargetInfo
  readonly hooks: Hooks
  readonly clock: Clock
  readonly timeoutMs: number
  readonly cancel: AbortSignal
  /** Bytes that the handler has reported so far. */
  progress(): number
  /** Writes down what is about to be sent. */
  begin(steps: readonly Step[]): void
}

/** What became of a batch. */
export interface Delivery {
  /** As it was sent. */
  readonly batch: Batch
  readonly sent: readonly Step[]
  /** Steps that a plugin took out. */
  readonly withheld: number
  /** What the handler says of single paths. */
  readonly answer: Answer
  /** Set when the batch failed as a whole. */
  readonly error: unknown
  /** Settles when a handler that was given up comes back after all. */
  readonly late: Promise<unknown> | undefined
  readonly durationMs: number
  /** Sizes of the files whose contents arrived. */
  readonly bytes: number
}

/** Takes a batch through the hooks to the handler. Never rejects. */
export async function deliver(options: DeliverOptions): Promise<Delivery> {
  const { steps, info, hooks, clock, begin } = options
  const startedAt = clock.monotonic()
  let batch = options.batch
  let sent = steps
  const end = (answer: Answer, error?: unknown, late?: Promise<unknown>): Delivery => {
    const withheld = steps.length - sent.length
    const durationMs = clock.monotonic() - startedAt
    return { batch, sent, withheld, answer, error, late, durationMs, bytes: bytesOf(sent, answer.failed) }
  }
  try {
    if (hooks.batch.isUsed()) {
      batch = await hooks.batch.promise(batch, info)
      sent = keptSteps(steps, batch)
    }
    if (sent.length === 0) return end(ALL_DONE)
    begin(sent)
  } catch (error) {
    return end(ALL_DONE, error ?? new Error('A plugin failed without a reason.'))
  }
  const event: SyncEvent = { ...info, batch, signal: options.cancel, result: undefined }
  const run = async (signal: AbortSignal): Promise<SyncEvent['result']> => {
    await hooks.sync.promise(Object.assign(event, { signal }))
    return event.result
  }
  const outcome = await dispatch({
    batch,
    timeoutMs: options.timeoutMs,
    progress: options.progress,
    clock,
    cancel: options.cancel,
    run,
  })
  if (outcome.type === 'done') {
    try {
      return end(readAnswer(outcome.result, batch, info.handler))
    } catch (error) {
      return end(ALL_DONE, error)
    }
  }
  return end(
    ALL_DONE,
    outcome.error ?? new Error('The handler failed without a reason.'),
    outcome.type === 'lost' ? outcome.late : undefined,
  )
}

function keptSteps(steps: readonly Step[], batch: Batch): Step[] {
  const kept = new Set(batch.changes.map((change) => change.path))
  return steps.filter((step) => kept.has(toText(step.path)))
}

function bytesOf(steps: readonly Step[], failed: ReadonlyMap<string, unknown>): number {
  let bytes = 0
  for (const { path, seen, acked, type } of steps) {
    if (
      seen?.kind === 'file' &&
      type !== 'move' &&
      acked?.content !== seen.content &&
      !(failed.size > 0 && failed.has(toText(path)))
    ) {
      bytes += seen.sizeBytes
    }
  }
  return bytes
}
