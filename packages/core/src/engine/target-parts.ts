import type { HandlerContext, Log, Session } from '../handler.ts'
import type { Hooks } from '../hooks.ts'
import type { Clock } from '../model/clock.ts'
import type { TargetSpec, Task } from '../model/task.ts'
import type { State } from '../observe/status.ts'
import { createSchedule, type Schedule } from '../schedule/schedule.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import { type AckedTree, createAckedTree } from '../tree/acked-tree.ts'
import { createComparison } from './comparison.ts'
import { createDeleteLimit, type DeleteLimit } from './delete-limit.ts'
import { doubtAll } from './first-pass.ts'
import { createFlight } from './flight.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { heldNotice } from './notices.ts'
import { Outbox } from './outbox.ts'
import { createRetries, type Retries } from './retries.ts'
import type { Source } from './source.ts'

export interface TargetOptions {
  readonly task: Task
  readonly spec: TargetSpec
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly hooks: Hooks
  readonly log: Log
  readonly source: () => Source
  readonly context: (target: { readonly isKnown: boolean; progress(bytes: number): void }) => HandlerContext
  /** Something may be possible now that was not before. */
  readonly wake: () => void
  readonly stateChanged: (from: State, to: State) => void
  /** Whether the error says that the state is damaged; the task begins anew then. */
  readonly damaged: (error: unknown) => boolean
}

/** What a target is made of. */
export interface TargetParts {
  readonly record: TargetRecord
  readonly acked: AckedTree
  readonly ledger: Ledger
  readonly schedule: Schedule
  readonly retries: Retries
  readonly outbox: Outbox
  readonly deleteLimit: DeleteLimit
  /** Within a transaction: all is sent and nothing is held, so the next start need not compare everything. */
  rest(): void
}

/** Opens what is remembered of a target and wires up what works on it. */
export function createTargetParts(options: TargetOptions, session: () => Session | undefined): TargetParts {
  const { task, spec, store, clock, random, source, log } = options
  const { capabilities } = spec.handler
  const retries = createRetries(task.retry, random, () => clock.now())
  const record = store.target(spec.name, identityOf(spec))
  const acked = createAckedTree(record.acked)
  if (task.initial === 'full') doubtAll({ store, record, acked })
  const ledger = createLedger(store, record, acked)
  const schedule = createSchedule({ delayMs: task.schedule.delayMs, hurryMs: Math.max(task.schedule.delayMs, HURRY_MS) })
  const flight = createFlight()
  // So that a restart does not release what is held: what went before counts on.
  const hold = `held ${spec.name}`
  const deleteLimit = createDeleteLimit(task.maxDelete, task.accept, Number(store.readText(hold) ?? 0))
  const comparison = createComparison({
    ...{ acked, capabilities, schedule: task.schedule, clock, flight, seen: store.seen, problems: retries.problems },
    directories: () => source().tree.directories,
    mayMove: () => session()?.moves !== false,
    deleteLimit,
  })
  const outbox = new Outbox({
    ...{ schedule, flight, comparison, deletes: capabilities.deletes },
    doubt: (step) => source().secondLook.doubt(step),
    forget: (steps) => ledger.settle('', steps, () => false),
    held(paths) {
      log.warn(heldNotice(paths), { target: spec.name })
      store.writeText(hold, String(deleteLimit.recent(clock.monotonic())))
    },
  })
  const rest = (): void => {
    record.dirty = false
    if (store.readText(hold) === undefined) return
    store.writeText(hold, '0')
    deleteLimit.forgetEarlier()
  }
  return { record, acked, ledger, schedule, retries, outbox, deleteLimit, rest }
}

/** A path that failed and has changed since is tried after this time at the latest: what failed it may have been the change. */
const HURRY_MS = 50

/** What is known of a target belongs to where it is: the same name with another destination is another target. */
function identityOf({ handler, options }: TargetSpec): string {
  return `${handler.name}:${handler.identity?.(options) ?? JSON.stringify(options)}`
}
