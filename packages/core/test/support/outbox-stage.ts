import type { Step } from '../../src/batch/step.ts'
import { createComparison } from '../../src/engine/comparison.ts'
import { createDeleteLimit } from '../../src/engine/delete-limit.ts'
import { createFlight } from '../../src/engine/flight.ts'
import { Outbox, type OutboxOptions, type Parcel } from '../../src/engine/outbox.ts'
import { createProblems } from '../../src/engine/problems.ts'
import type { Scope } from '../../src/model/difference.ts'
import type { MaxDelete, ScheduleOptions } from '../../src/model/task.ts'
import { createSchedule } from '../../src/schedule/schedule.ts'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { raw, type States, told, TwoStates } from './two-states.ts'

const AT_ONCE: ScheduleOptions = { delayMs: 0, settleMs: 0, maxWaitMs: 1000, minIntervalMs: 0, bigFile: undefined }

export interface OutboxStageOptions {
  readonly schedule?: Partial<ScheduleOptions>
  /** Whether the handler can delete. Default: it can. */
  readonly deletes?: boolean
  readonly doubt?: OutboxOptions['doubt']
  /** Told of what is held. */
  readonly held?: OutboxOptions['held']
  /** Default: everything may be deleted. */
  readonly maxDelete?: MaxDelete
}

/** Only what the test confirms is acked. Differences are sent once they are touched. */
export function beginOutbox(seen: States, acked: States, options: OutboxStageOptions = {}) {
  const { deletes = true, doubt = () => undefined, held = () => {}, maxDelete = { share: 1, above: 0 } } = options
  const states = new TwoStates(seen, acked)
  const clock = new FakeClock(0)
  const flight = createFlight()
  const schedule = createSchedule({ delayMs: 0, hurryMs: 0 })
  const problems = createProblems(() => 0)
  const comparison = createComparison({
    mayMove: () => true,
    ...{ seen: states.store.seen, acked: states.acked, clock, flight, problems, schedule: { ...AT_ONCE, ...options.schedule } },
    directories: () => states.sources.directories,
    capabilities: createMemoryHandler({ recursive: false, byteNames: false }).handler.capabilities,
    deleteLimit: createDeleteLimit(maxDelete, false),
  })
  const forget = (steps: readonly Step[]): void => {
    for (const { path } of steps) states.acked.remove(path)
  }
  const outbox = new Outbox({ schedule, flight, comparison, deletes, forget, doubt, held })
  const confirm = (parcel: Parcel): void => {
    for (const { type, path, from, seen: entry } of parcel.steps) {
      if (from !== undefined) states.acked.move(from, path)
      if (type === 'delete') states.acked.remove(path)
      else states.acked.put(path, entry!)
    }
    for (const item of parcel.again) schedule.resume(item)
    outbox.release(parcel)
  }
  const touch = (path: string, scope: Scope): void => outbox.touch(raw(path), scope, clock.monotonic())
  const next = (most = 1000, patient = true): Parcel | undefined => outbox.next(clock.monotonic(), most, patient)
  return { states, clock, outbox, problems, confirm, touch, next }
}

/** Everything that goes out, batch by batch, each confirmed before the next. */
export function drain({ next, confirm }: ReturnType<typeof beginOutbox>, most?: number): string[][] {
  const batches: string[][] = []
  for (let parcel = next(most); parcel !== undefined; parcel = next(most)) {
    batches.push(told(parcel.steps))
    confirm(parcel)
  }
  return batches
}
