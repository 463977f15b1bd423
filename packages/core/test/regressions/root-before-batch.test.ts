import fs from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { type FileSystem, nodeFileSystem } from '../../src/model/file-system.ts'
import type { RawPath } from '../../src/model/path.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { createGate } from '../support/gate.ts'
import { GuardedRoot } from '../support/guarded-root.ts'
import { liveEngine } from '../support/live-engine.ts'
import { turnUntil } from '../support/turns.ts'

/** A source with `a` and `b`, and a target of one change at a time; nobody looks but when asked to. */
function begin(fileSystem = nodeFileSystem) {
  const clock = new FakeClock(Date.now() + 5000) // what was just written is old enough to be believed
  const gate = createGate({ maxChanges: 1 })
  const live = liveEngine({
    ...{ clock, fs: fileSystem, handlers: { gate: gate.handler } },
    task: { monitor: 'poll', pollIntervalMs: 3_600_000 },
  })
  for (const name of ['a', 'b']) live.write(name)
  const until = (isDone: () => boolean): Promise<void> => turnUntil(clock, isDone, () => gate.came.join(', '))
  onTestFinished(async () => {
    let isStopped = false
    void live.engine.stop({ abort: true }).then(() => (isStopped = true))
    await until(() => isStopped)
  })
  return {
    ...{ live, gate, until },
    replaceRoot(): void {
      fs.renameSync(`${live.folder}/source`, `${live.folder}/away`)
      live.write('b', 'of another')
    },
  }
}

/** The same, in sync; `onLook` is called before each look. */
async function started() {
  const onLooks = { onLook: (_path: RawPath): void => {} }
  const look: FileSystem['look'] = (path) => {
    onLooks.onLook(path)
    return nodeFileSystem.look(path)
  }
  const stage = Object.assign(onLooks, begin({ ...nodeFileSystem, look }))
  let isStarted = false
  void stage.live.engine.start().then(() => (isStarted = true))
  await stage.until(() => isStarted)
  return stage
}

test('no batch is sent from what was put in the place of the root since the last one, though nobody told of it', async () => {
  const stage = begin()
  const { live, gate, until } = stage
  // Two batches of one round: between them nobody looks but for this.
  gate.answer = (_batch, sync) => {
    if (gate.came.length > 1) return sync()
    stage.replaceRoot()
    return {}
  }
  void live.engine.start()
  await until(() => live.engine.status().halt !== undefined || gate.came.length > 1)
  expect(gate.came).toEqual(['+a'])
  expect(live.engine.status().halt?.code).toBe('ROOT_REPLACED')
})

test('no batch is sent from what is put in the place of the root while the batch is made up', async () => {
  const stage = await started()
  const { live, gate, until } = stage
  live.remove('a')
  const { entries } = live.engine.status().tree
  // What has gone is looked at once more before it is deleted, as this monitor may miss something.
  stage.onLook = (path) => {
    if (!path.endsWith('/source/a') || live.engine.status().tree.entries === entries) return
    stage.onLook = () => {}
    stage.replaceRoot()
  }
  void live.engine.idle({ look: true })
  await until(() => live.engine.status().halt !== undefined || gate.came.length > 2)
  expect(gate.came).toEqual(['+a', '+b'])
  expect(live.engine.status().halt?.code).toBe('ROOT_REPLACED')
})

test.each([1, 2, 3, 4])('nor while what is to be sent is looked at once more, at its look number %i', async (number) => {
  const stage = await started()
  const { live, gate, until } = stage
  fs.mkdirSync(`${live.folder}/source/d`)
  let looks = 0
  stage.onLook = (path) => {
    if (path.endsWith('/source/d') && ++looks === number) stage.replaceRoot()
  }
  void live.engine.idle({ look: true })
  await until(() => live.engine.status().halt !== undefined || gate.came.length > 2)
  expect(gate.came).toEqual(['+a', '+b'])
  expect(live.engine.status().halt?.code).toBe('ROOT_REPLACED')
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
