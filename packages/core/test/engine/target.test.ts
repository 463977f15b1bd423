import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openState, type OpenedState } from '../../src/engine/opened-state.ts'
import type { Task } from '../../src/model/task.ts'
import type { Store } from '../../src/store/store.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { createGate } from '../support/gate.ts'
import { gatedEngine } from '../support/gated-engine.ts'
import { liveEngine } from '../support/live-engine.ts'
import { turnUntil } from '../support/turns.ts'

const NOTHING = { share: 1, above: 0 }

test('only what the handler has confirmed is taken to be there', async () => {
  const { gate, live } = gatedEngine()
  await live.engine.start()
  gate.close()
  live.write('a')
  await expect.poll(() => gate.waiting()).toBe(1)
  expect(live.engine.status().targets[0]).toMatchObject({ inFlight: 1, synced: { changes: 0 } })
  gate.open()
  await live.engine.idle()
  expect(live.engine.status().targets[0]).toMatchObject({ inFlight: 0, pending: 0, synced: { changes: 1 } })
})

test('no more batches at once than the handler takes', async () => {
  const { gate, live } = gatedEngine({}, { parallel: 2, maxChanges: 1 })
  for (const name of ['a', 'b', 'c', 'd', 'e']) live.write(name)
  gate.close()
  const started = live.engine.start()
  for (let passed = 0; passed < 5; passed++) {
    await expect.poll(() => gate.waiting()).toBeGreaterThan(0)
    gate.openFirst()
  }
  await started
  expect(gate.names()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(gate.most()).toBe(2)
})

test('between the starts of two rounds there is the time that the user wants, but not within one', async () => {
  const { gate, live } = gatedEngine(
    { task: { schedule: { delayMs: 0, settleMs: 0, maxWaitMs: 1000, minIntervalMs: 100, bigFile: undefined } } },
    { maxChanges: 1 },
  )
  for (const name of ['a', 'b', 'c']) live.write(name)
  await live.engine.start()
  expect(live.engine.status().targets[0]?.synced).toMatchObject({ batches: 3, rounds: 1 })
  live.write('d')
  await expect.poll(() => gate.times.length).toBe(4)
  live.write('e')
  await expect.poll(() => gate.times.length).toBe(5)
  expect(gate.times[2]! - gate.times[0]!).toBeLessThan(100)
  expect(gate.times[4]! - gate.times[3]!).toBeGreaterThan(60)
  // What has piled up is one round, although it takes several batches.
  live.engine.pause()
  for (const name of ['f', 'g', 'h']) live.write(name)
  await expect.poll(() => live.engine.status().targets[0]?.pending).toBe(3)
  live.engine.resume()
  await expect.poll(() => gate.times.length).toBe(8)
  expect(gate.times[7]! - gate.times[5]!).toBeLessThan(150)
})

test('nothing is sent while paused, and all of it after that', async () => {
  const { gate, live } = gatedEngine()
  await live.engine.start()
  live.engine.pause()
  live.write('a')
  await expect.poll(() => live.engine.status().targets[0]!.pending).toBe(1)
  await expect.poll(() => live.engine.status().state).toBe('paused')
  expect(gate.came).toEqual([])
  live.engine.resume()
  await live.engine.idle()
  expect(gate.names()).toEqual(['a'])
})

test('a path that fails is tried again, is a problem until it works, and is one no more then', async () => {
  const { gate, live } = gatedEngine()
  await live.engine.start()
  gate.answer = () => ({ failed: [{ path: 'bad', error: new Error('no') }] })
  live.write('bad')
  await expect.poll(() => live.engine.status().targets[0]!.problems).toMatchObject([{ path: 'bad', reason: 'no' }])
  gate.answer = (_batch, sync) => sync()
  await expect.poll(() => gate.names()).toEqual(['bad'])
  await live.engine.idle()
  expect(live.engine.status().targets[0]).toMatchObject({ problemCount: 0, pending: 0 })
  let attempt = 0
  gate.answer = (batch, sync) => {
    attempt = batch.attempt
    return sync()
  }
  live.write('bad', 'changed')
  await expect.poll(() => attempt).toBe(1)
})

test('a first batch that fails as a whole is tried again as the first', async () => {
  const { gate, live } = gatedEngine()
  const reasons: string[] = []
  gate.answer = (batch, sync) => {
    if (reasons.push(batch.reason) === 1) throw new Error('not yet')
    return sync()
  }
  live.write('a')
  await live.engine.start()
  live.write('b')
  await expect.poll(() => gate.names()).toEqual(['a', 'b'])
  expect(reasons).toEqual(['initial', 'initial', 'change'])
})

test('a path that always fails does not keep a target in its first pass', async () => {
  const { gate, live } = gatedEngine()
  const reasons = new Map<string, string>()
  gate.answer = async (batch, sync) => {
    for (const { path } of batch.changes) reasons.set(path, batch.reason)
    await sync()
    return { failed: batch.changes.filter(({ path }) => path === 'bad').map(({ path }) => ({ path, error: new Error('no') })) }
  }
  for (const name of ['a', 'bad']) live.write(name)
  await live.engine.start()
  expect(live.engine.status().state).toBe('running')
  live.write('b')
  await expect.poll(() => reasons.get('b')).toBe('change')
  expect(reasons.get('a')).toBe('initial')
  await expect.poll(() => reasons.get('bad')).toBe('change')
})

/** A batch has come back, and the disk of the state is full. */
async function backToFullDisk(task: Partial<Task> = {}) {
  const gate = createGate()
  const disk = { isFull: false }
  const open = (opened: Task): OpenedState => {
    const { store, damaged } = openState(opened)
    const transaction: Store['transaction'] = (work) => {
      if (disk.isFull) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
      return store.transaction(work)
    }
    return { store: { ...store, counters: store.counters, transaction }, damaged }
  }
  const live = liveEngine({ handlers: { gate: gate.handler }, open, task })
  await live.engine.start()
  gate.close()
  live.write('a')
  await expect.poll(() => gate.waiting()).toBe(1)
  disk.isFull = true
  gate.open()
  await expect.poll(() => live.engine.status().targets[0]!.problemCount).toBe(1)
  return { gate, live, disk }
}

test('what came back while the state could not be written is written down when it can', async () => {
  const { gate, live, disk } = await backToFullDisk()
  disk.isFull = false
  live.write('a', 'changed')
  await expect.poll(() => gate.came, { timeout: 10_000 }).toContain('~a')
})

test('an end while that has not been written down is none that leaves nothing to do', async () => {
  const { gate, live, disk } = await backToFullDisk({ retry: { minMs: 60_000, maxMs: 60_000 } })
  expect(live.engine.status().targets[0]!.pending).toBe(1)
  disk.isFull = false
  await live.engine.stop()
  const next = liveEngine({ handlers: { gate: gate.handler }, folder: live.folder })
  await next.engine.start()
  expect(gate.came.length).toBeGreaterThan(1)
})

test('a batch that fails as a whole is tried again', async () => {
  const { gate, live } = gatedEngine()
  let left = 3
  gate.answer = (_batch, sync) => {
    if (left-- > 0) throw new Error('away')
    return sync()
  }
  for (const name of ['a', 'b', 'c']) live.write(name)
  await live.engine.start()
  await expect.poll(() => gate.names()).toEqual(['a', 'b', 'c'])
  await live.engine.idle()
  expect(live.engine.status().targets[0]).toMatchObject({ problemCount: 0, pending: 0, state: 'running' })
})

test('what waits for a batch that fails is not forgotten', async () => {
  const { gate, live } = gatedEngine()
  live.write('a')
  await live.engine.start()
  live.engine.pause()
  fs.renameSync(`${live.folder}/source/a`, `${live.folder}/source/b`)
  live.write('c')
  await expect.poll(() => live.engine.status().targets[0]!.pending).toBe(3)
  let left = 1
  gate.answer = (_batch, sync) => {
    if (left-- > 0) throw new Error('away')
    return sync()
  }
  live.engine.resume()
  await expect.poll(() => gate.names()).toEqual(['b', 'c'])
  expect(gate.came[1]).toBe('>b')
})

test('where a session says that nothing can be renamed, a delete and a create come, until it says otherwise', async () => {
  let moves = false
  const gate = createGate()
  const setup = async (...given: Parameters<typeof gate.handler.setup>) => {
    const session = await gate.handler.setup(...given)
    return Object.defineProperty({ ...session }, 'moves', { get: () => moves })
  }
  const live = liveEngine({ handlers: { gate: { ...gate.handler, setup } } })
  live.write('a')
  await live.engine.start()
  fs.renameSync(`${live.folder}/source/a`, `${live.folder}/source/b`)
  await expect.poll(() => gate.names()).toEqual(['b'])
  await live.engine.idle()
  expect(gate.came.join(' ').split(' ').toSorted()).toEqual(['+a', '+b', '-a'])
  moves = true
  fs.renameSync(`${live.folder}/source/b`, `${live.folder}/source/c`)
  await expect.poll(() => gate.names()).toEqual(['c'])
  expect(gate.came.at(-1)).toBe('>c')
})

test('deletions that came to nothing do not count as done', async () => {
  const { gate, live } = gatedEngine({ task: { maxDelete: { share: 0.5, above: 5 } } })
  for (let at = 0; at < 20; at++) live.write(`d/${at}`)
  await live.engine.start()
  let left = 3
  gate.answer = (_batch, sync) => {
    if (left-- > 0) throw new Error('away')
    return sync()
  }
  for (let at = 0; at < 8; at++) live.remove(`d/${at}`)
  await expect.poll(() => gate.names()).toHaveLength(13)
  expect(live.engine.status().targets[0]!.heldDeletes).toBe(0)
})

test('what waits for single files is skipped while all is to be sent, and waited for again after that', async () => {
  const { gate, live } = gatedEngine({
    task: {
      schedule: {
        delayMs: 0,
        settleMs: 0,
        maxWaitMs: 1000,
        minIntervalMs: 0,
        bigFile: { thresholdBytes: 10, delayMs: 3_600_000 },
      },
    },
  })
  await live.engine.start()
  live.write('big', 'more than ten bytes')
  await live.engine.idle()
  expect(gate.names()).toEqual(['big'])
  live.write('bigger', 'even more than ten bytes')
  live.write('small')
  await expect.poll(() => gate.names()).toContain('small')
  await expect.poll(() => live.engine.status().targets[0]?.pending).toBe(1)
  expect(gate.names()).toEqual(['big', 'small'])
})

describe('what changes while it is being sent', () => {
  test('and was there for a moment only is deleted once more', async () => {
    const { gate, live } = gatedEngine()
    live.write('a')
    await live.engine.start()
    gate.answer = () => {
      gate.answer = (_batch, sync) => sync()
      live.write('a')
      live.remove('a')
      return { failed: [] } // who looked in between has brought it
    }
    live.remove('a')
    await expect.poll(() => gate.names()).toEqual([])
    expect(gate.came).toEqual(['+a', '-a', '-a'])
  })

  test.each([
    ['written to', 'a', '~a'],
    ['deleted', undefined, '-a'],
  ])('is sent again although nobody tells, when it is %s', async (_how, left, told) => {
    const { gate, live } = gatedEngine({ task: { monitor: 'poll', pollIntervalMs: 300 } })
    live.write('a')
    await live.engine.start()
    const before = gate.came.length
    const sent = new Promise<void>((resolve) => {
      gate.answer = async (_batch, sync) => {
        const result = await sync()
        gate.answer = (_next, again) => again()
        live.engine.hooks.synced.tap('test', () => resolve())
        live.write('a', 'changed meanwhile')
        return result
      }
    })
    if (left === undefined) live.remove('a')
    else live.write('a', left)
    await sent
    await live.engine.idle()
    expect(gate.came.slice(before, before + 1)).toEqual([told])
    expect(gate.came).toHaveLength(before + 2)
    expect(gate.names()).toEqual(['a'])
  })
})

test('what a handler may have written late, after it was given up, is sent once more', async () => {
  const clock = new FakeClock(Date.now())
  const gate = createGate()
  const live = liveEngine({
    ...{ clock, handlers: { gate: gate.handler } },
    task: { monitor: 'poll', pollIntervalMs: 3_600_000, timeoutMs: 1000 },
  })
  const until = (isDone: () => boolean): Promise<void> => turnUntil(clock, isDone, () => gate.came.join(', '))
  const late = Promise.withResolvers<undefined>()
  gate.answer = () => late.promise
  fs.mkdirSync(`${live.folder}/source/d`)
  void live.engine.start()
  await until(() => gate.came.length === 1)
  gate.answer = (_batch, sync) => sync()
  await until(() => gate.came.length === 2 && live.engine.status().targets[0]!.pending === 0)
  late.resolve(undefined)
  await until(() => gate.came.length === 3)
  expect(gate.came).toEqual(['+d', '~d', '~d'])
  let isStopped = false
  void live.engine.stop().then(() => (isStopped = true))
  await until(() => isStopped)
})

test('what a handler may have written late while its paths are on their way again is sent once more', async () => {
  const clock = new FakeClock(Date.now())
  const gate = createGate()
  const live = liveEngine({
    ...{ clock, handlers: { gate: gate.handler } },
    task: { monitor: 'poll', pollIntervalMs: 3_600_000, timeoutMs: 1000 },
  })
  const until = (isDone: () => boolean): Promise<void> => turnUntil(clock, isDone, () => gate.came.join(', '))
  const late = Promise.withResolvers<undefined>()
  const next = Promise.withResolvers<undefined>()
  gate.answer = () => late.promise
  fs.mkdirSync(`${live.folder}/source/d`)
  void live.engine.start()
  await until(() => gate.came.length === 1)
  gate.answer = (_batch, sync) => next.promise.then(sync)
  await until(() => gate.came.length === 2)
  late.resolve(undefined)
  let turns = 0
  await until(() => ++turns > 5)
  next.resolve(undefined)
  await until(() => gate.came.length === 3)
  expect(gate.came).toEqual(['+d', '~d', '~d'])
  let isStopped = false
  void live.engine.stop().then(() => (isStopped = true))
  await until(() => isStopped)
})

test('what a target holds and the source lacks is kept and counted, or deleted when that is asked for', async () => {
  const gate = createGate({}, { inventory: () => [{ path: 'stranger', kind: 'file' }] })
  const live = liveEngine({ handlers: { gate: gate.handler }, task: { extraneous: 'keep', maxDelete: NOTHING } })
  live.write('a')
  await live.engine.start()
  expect([gate.came, live.engine.status().targets[0]!.kept]).toEqual([['+a'], 1])
  const other = createGate({}, { inventory: () => [{ path: 'stranger', kind: 'file' }] })
  const deleting = liveEngine({ handlers: { other: other.handler }, task: { extraneous: 'delete', maxDelete: NOTHING } })
  deleting.write('a')
  await deleting.engine.start()
  expect(other.came).toEqual(['-stranger +a'])
})

test('deletions in many batches are counted together', async () => {
  const { gate, live } = gatedEngine({ task: { maxDelete: { share: 0.5, above: 5 } } }, { maxChanges: 2 })
  const names = Array.from({ length: 20 }, (_, at) => `f${at + 10}`)
  for (const name of names) live.write(name)
  await live.engine.start()
  for (const name of names.slice(0, 15)) {
    live.remove(name)
    await live.engine.idle()
  }
  expect(gate.names().length).toBeGreaterThanOrEqual(10)
  expect(live.engine.status().targets[0]!.heldDeletes).toBeGreaterThan(0)
})

test('a file that changes whenever it is sent waits for its window, also in the first pass', async () => {
  const { gate, live } = gatedEngine({
    task: { schedule: { delayMs: 200, settleMs: 0, maxWaitMs: 1000, minIntervalMs: 0, bigFile: undefined } },
  })
  live.write('a')
  gate.answer = (_batch, sync) => {
    if (gate.times.length < 4) live.write('a', `changed ${gate.times.length} times`)
    return sync()
  }
  void live.engine.start()
  await expect.poll(() => gate.times.length).toBe(4)
  const pauses = gate.times.slice(1).map((time, at) => time - gate.times[at]!)
  expect(Math.min(...pauses)).toBeGreaterThan(100)
})
