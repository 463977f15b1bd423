import type { Room } from '../mutant.ts'
import { TESTS } from './sending.ts'

const NEXT = 'const parcel = this.outbox.next(now, this.health.limit(maxChanges), !isHurried)\n'
const FIRST = 'const first = this.#o.source().secondLook.first(parcel.steps)\n'
const WELL = 'if (!this.#o.source().halting.isWell(now)) return this.outbox.withdraw(parcel, now)'

/** One target: its states, its turns, what is sent and what came of it. */
export const target: Room = {
  folder: 'packages/core/src/engine',
  tests: [...TESTS, 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'the flight record is ignored at the start',
      file: 'target.ts',
      find: "for (const path of this.#parts.ledger.recover()) this.outbox.touch(path, 'tree', clock.monotonic())",
      replace: '',
      why: 'a batch whose end nobody saw is in doubt',
    },
    {
      name: 'the next start is not told that something waits',
      file: 'target.ts',
      find: `    this.#parts.record.dirty = true
    this.outbox.touch`,
      replace: '    this.outbox.touch',
      why: 'as long as something differs, the next start compares everything',
    },
    {
      name: 'the next start is told that nothing waits while something does',
      file: 'target.ts',
      find: 'if (this.pending === 0) this.#rest(false)',
      replace: 'this.#rest(false)',
      why: 'as long as something differs, the next start compares everything',
    },
    {
      name: 'held deletions are forgotten by the next start',
      file: 'target.ts',
      find: '|| this.outbox.held > 0 || this.#hasWithheld ||',
      replace: '||',
      why: 'what is held waits for a person, also across a restart',
    },
    {
      name: 'more batches at once than the handler takes',
      file: 'target.ts',
      find: 'while (this.inFlight < parallel && this.#mayStart',
      replace: 'while (this.#mayStart',
      why: 'calls of a session overlap only when it says so',
    },
    {
      name: 'no pause between batches',
      file: 'target.ts',
      find: 'this.#earliestStart = now + task.schedule.minIntervalMs',
      replace: '',
      why: 'a target is not called more often than the user wants',
    },
    {
      name: 'what is due together waits for the least interval, batch by batch',
      file: 'target.ts',
      find: 'this.outbox.isRoundOpen ? -Infinity : this.#earliestStart',
      replace: 'this.#earliestStart',
      why: 'a first sync of many batches would take hours',
    },
    {
      name: 'a first sync waits for the window',
      file: 'target.ts',
      find: "if (isHurried || (this.state === 'initial' && this.outbox.rounds === 0))",
      replace: 'if (isHurried)',
      why: 'nothing would be there before the window is over',
    },
    {
      name: 'a path that always fails keeps a target in its first pass',
      file: 'target.ts',
      find: "else if (this.state === 'initial' && this.health.failures === 0 && this.isIdle) this.life.change('synced')",
      replace: '',
      why: 'what handlers do in a first sync only is not done for ever',
    },
    {
      name: 'a pause is ignored',
      file: 'target.ts',
      find: "if (this.state === 'halted' || this.state === 'paused' || this.#isOver) return false",
      replace: "if (this.state === 'halted' || this.#isOver) return false",
      why: 'nothing is sent while paused',
    },
    {
      name: 'a handler that comes back late is believed',
      file: 'target.ts',
      find: 'if (delivery.late !== undefined) this.#awaitLate(delivery)',
      replace: '',
      why: 'who was given up may have written something old after what came next',
    },
    {
      name: 'deletions are not counted',
      file: 'target.ts',
      find: "this.#parts.deleteLimit.send(steps.filter(({ type }) => type === 'delete').length, now)",
      replace: '',
      why: 'many small batches of one rm -rf count as one',
    },
    {
      name: 'the kernel queue is not read before a batch is believed',
      file: 'target.ts',
      find: '    source().drain()\n',
      replace: '',
      why: 'what happened during a copy is known before it is acked',
    },
    {
      name: 'what happened during a copy is ignored',
      file: 'target.ts',
      find: '(this.outbox.isDisturbed(parcel, step) ? 0 : source().secondLook.resendMs(step, first))',
      replace: 'source().secondLook.resendMs(step, first)',
      why: 'what was moved away and back during a copy looks as if nothing had happened',
    },
    {
      name: 'the root is not looked at before a batch',
      file: 'target.ts',
      find: WELL,
      replace: '',
      why: 'a handler reads what was seen, and not what was put in its place',
    },
    {
      name: 'the root is looked at before a batch is made up',
      file: 'target.ts',
      find: `${NEXT}        if (parcel === undefined) break\n        ${FIRST}        ${WELL}`,
      replace: `if (!this.#o.source().halting.isWell(now)) return\n${NEXT}        if (parcel === undefined) break\n        ${FIRST}`,
      why: 'making it up takes time, in which the root may be replaced',
    },
    {
      name: 'what is sent is looked at after the root',
      file: 'target.ts',
      find: `${FIRST}        ${WELL}`,
      replace: `${WELL}\n        ${FIRST}`,
      why: 'that takes time, in which the root may be replaced',
    },
  ],
}
