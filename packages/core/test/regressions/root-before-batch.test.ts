import fs from 'node:fs'
import { expect, test } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { createGate } from '../support/gate.ts'
import { GuardedRoot } from '../support/guarded-root.ts'
import { liveEngine } from '../support/live-engine.ts'
import { turnUntil } from '../support/turns.ts'

test('no batch is sent from what was put in the place of the root since the last one, though nobody told of it', async () => {
  const clock = new FakeClock(Date.now())
  const gate = createGate({ maxChanges: 1 })
  const live = liveEngine({
    ...{ clock, handlers: { gate: gate.handler } },
    task: { monitor: 'poll', pollIntervalMs: 3_600_000 },
  })
  const until = (isDone: () => boolean): Promise<void> => turnUntil(clock, isDone, () => gate.came.join(', '))
  for (const name of ['a', 'b']) live.write(name)
  // Two batches of one round: between them nobody looks but for this.
  gate.answer = (_batch, sync) => {
    if (gate.came.length > 1) return sync()
    fs.renameSync(`${live.folder}/source`, `${live.folder}/away`)
    for (const name of ['a', 'b']) live.write(name, 'of another')
    return {}
  }
  void live.engine.start()
  await until(() => live.engine.status().halt !== undefined || gate.came.length > 1)
  expect(gate.came).toEqual(['+a'])
  expect(live.engine.status().halt?.code).toBe('ROOT_REPLACED')
  let isStopped = false
  void live.engine.stop({ abort: true }).then(() => (isStopped = true))
  await until(() => isStopped)
})

test('a root that could not be written down is written down at the next look, and known to the next process', () => {
  const root = new GuardedRoot()
  const guard = root.guard()
  root.onRecord = () => {
    throw new Error('The disk is full.')
  }
  expect(() => guard.check()).toThrow('full')
  root.onRecord = () => {}
  expect(guard.check()).toBeUndefined()
  root.become({ ino: 3 })
  expect(root.guard().check()?.code).toBe('ROOT_REPLACED')
})

test('a root that is replaced while it is looked at is another one', () => {
  const root = new GuardedRoot()
  const guard = root.guard()
  guard.check()
  root.onType = () => root.become({ ino: 3 })
  expect(guard.check()?.code).toBe('ROOT_REPLACED')
})
