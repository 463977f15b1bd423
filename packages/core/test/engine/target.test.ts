import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { Hooks } from '../../src/hooks.ts'
import { createGate } from '../support/gate.ts'
import { liveEngine } from '../support/live-engine.ts'

const NOTHING = { share: 1, above: 0 }

test('only what the handler has confirmed is taken to be there', async () => {
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler } })
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
  const gate = createGate({ parallel: 2, maxChanges: 1 })
  const live = liveEngine({ handlers: { gate: gate.handler } })
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

test('between the starts of two batches there is the time that the user wants', async () => {
  const gate = createGate({ maxChanges: 1 })
  const live = liveEngine({
    handlers: { gate: gate.handler },
    task: { schedule: { delayMs: 0, settleMs: 0, maxWaitMs: 1000, minIntervalMs: 100, bigFile: undefined } },
  })
  for (const name of ['a', 'b', 'c']) live.write(name)
  await live.engine.start()
  const pauses = gate.times.slice(1).map((time, at) => time - gate.times[at]!)
  expect(pauses).toHaveLength(2)
  expect(Math.min(...pauses)).toBeGreaterThan(60)
})

test('nothing is sent while paused, and all of it after that', async () => {
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler } })
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
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler } })
  await live.engine.start()
  gate.answer = () => ({ failed: [{ path: 'bad', error: new Error('no') }] })
  live.write('bad')
  await expect.poll(() => live.engine.status().targets[0]!.problems).toMatchObject([{ path: 'bad', reason: 'no' }])
  gate.answer = (_batch, sync) => sync()
  await expect.poll(() => gate.names()).toEqual(['bad'])
  await live.engine.idle()
  expect(live.engine.status().targets[0]).toMatchObject({ problemCount: 0, pending: 0 })
})

test('a batch that fails as a whole is tried again', async () => {
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler } })
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
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler } })
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

test('deletions that came to nothing do not count as done', async () => {
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler }, task: { maxDelete: { share: 0.5, above: 5 } } })
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

describe('what changes while it is being sent', () => {
  test('and was there for a moment only is deleted once more', async () => {
    const gate = createGate()
    const live = liveEngine({ handlers: { gate: gate.handler } })
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
    const gate = createGate()
    const live = liveEngine({ handlers: { gate: gate.handler }, task: { monitor: 'poll', pollIntervalMs: 300 } })
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

describe('a stop', () => {
  test('sends what waits, windows or not', async () => {
    const gate = createGate()
    const live = liveEngine({
      handlers: { gate: gate.handler },
      task: { schedule: { delayMs: 60_000, settleMs: 0, maxWaitMs: 60_000, minIntervalMs: 0, bigFile: undefined } },
    })
    live.write('a')
    const started = live.engine.start()
    await expect.poll(() => live.engine.status().tree.entries).toBe(1)
    await live.engine.stop()
    expect(gate.names()).toEqual(['a'])
    await started
  })

  test('sends what has happened just before', async () => {
    const gate = createGate()
    const live = liveEngine({
      handlers: { gate: gate.handler },
      task: { schedule: { delayMs: 50, settleMs: 0, maxWaitMs: 60_000, minIntervalMs: 0, bigFile: undefined } },
    })
    await live.engine.start()
    live.write('a')
    await live.engine.stop()
    expect(gate.names()).toEqual(['a'])
  })

  test('waits for what is in flight, also when the source has gone', async () => {
    const gate = createGate()
    const live = liveEngine({ handlers: { gate: gate.handler } })
    await live.engine.start()
    gate.close()
    live.write('a')
    await expect.poll(() => gate.waiting()).toBe(1)
    fs.renameSync(`${live.folder}/source`, `${live.folder}/away`)
    await expect.poll(() => live.engine.status().halt?.code).toBe('ROOT_GONE')
    let isStopped = false
    const stopped = live.engine.stop().then(() => (isStopped = true))
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(isStopped).toBe(false)
    gate.open()
    await stopped
  })
})

/** A state as a crash leaves it now. */
function crashed({ folder }: { readonly folder: string }): string {
  const copy = `${folder}/crashed`
  fs.cpSync(`${folder}/state`, copy, { recursive: true })
  return copy
}

test('after a crash, what was on its way is taken to be there perhaps', async () => {
  const gate = createGate()
  const handlers = { gate: gate.handler }
  const live = liveEngine({ handlers })
  await live.engine.start()
  gate.close()
  live.write('a')
  await expect.poll(() => gate.waiting()).toBe(1)
  const stateDir = crashed(live)
  gate.open()
  await live.engine.stop()
  live.remove('a')
  const again = liveEngine({ handlers, folder: live.folder, task: { stateDir } })
  await again.engine.start()
  expect(gate.came).toEqual(['+a', '-a'])
})

test('a state says that all was sent only of targets of which that is so', async () => {
  const [good, bad] = [createGate(), createGate()]
  bad.answer = () => ({ failed: [{ path: 'd', error: new Error('no') }] })
  const handlers = { good: good.handler, bad: bad.handler }
  const live = liveEngine({ handlers, task: { retry: { minMs: 60_000, maxMs: 60_000 } } })
  fs.mkdirSync(`${live.folder}/source/d`)
  void live.engine.start()
  const dirty = (): unknown => {
    const copy = crashed(live)
    const db = new DatabaseSync(`${copy}/state.db`)
    const rows = db.prepare('select name, dirty from target order by name').all()
    db.close()
    fs.rmSync(copy, { recursive: true })
    return rows.map(({ name, dirty: is }) => [name, is])
  }
  await expect.poll(dirty, { timeout: 10_000, interval: 200 }).toEqual([
    ['bad', 1],
    ['good', 0],
  ])
})

describe('a restart', () => {
  test('sends nothing when all was sent', async () => {
    const gate = createGate()
    const handlers = { gate: gate.handler }
    const live = liveEngine({ handlers })
    fs.mkdirSync(`${live.folder}/source/d`) // a file so recent would be sent again
    await live.engine.start()
    await live.engine.stop()
    const again = liveEngine({ handlers, folder: live.folder })
    await again.engine.start()
    expect(gate.came).toEqual(['+d'])
  })

  test('sends what waited when the run was given up', async () => {
    const gate = createGate()
    const handlers = { gate: gate.handler }
    const first = liveEngine({ handlers })
    const { folder } = first
    await first.engine.start()
    await first.engine.stop()
    const live = liveEngine({ handlers, folder })
    await live.engine.start()
    live.engine.pause()
    fs.mkdirSync(`${folder}/source/d`)
    await expect.poll(() => live.engine.status().targets[0]!.pending).toBe(1)
    await live.engine.stop({ abort: true })
    expect(gate.names()).toEqual([])
    const again = liveEngine({ handlers, folder })
    await again.engine.start()
    expect(gate.names()).toEqual(['d'])
  })

  test('sends what a plugin had withheld', async () => {
    const gate = createGate()
    const handlers = { gate: gate.handler }
    const withhold = {
      name: 'withhold',
      apply: (hooks: unknown) =>
        (hooks as Hooks).batch.tap('withhold', (batch) => ({
          ...batch,
          changes: batch.changes.filter(({ path }) => path !== 'b'),
        })),
    }
    const live = liveEngine({ handlers, task: { plugins: [withhold] } })
    for (const name of ['a', 'b']) fs.mkdirSync(`${live.folder}/source/${name}`)
    await live.engine.start()
    expect(gate.names()).toEqual(['a'])
    await live.engine.stop()
    const again = liveEngine({ handlers, folder: live.folder })
    await again.engine.start()
    expect(gate.names()).toEqual(['a', 'b'])
  })

  test('sends everything to a target that is another one now', async () => {
    const [first, other] = [createGate(), createGate({}, { isNew: true })]
    const live = liveEngine({ handlers: { target: first.handler } })
    for (const name of ['a', 'b']) fs.mkdirSync(`${live.folder}/source/${name}`)
    await live.engine.start()
    await live.engine.stop()
    const again = liveEngine({ handlers: { target: other.handler }, folder: live.folder })
    await again.engine.start()
    expect(other.names()).toEqual(['a', 'b'])
  })
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
  const gate = createGate({ maxChanges: 2 })
  const live = liveEngine({ handlers: { gate: gate.handler }, task: { maxDelete: { share: 0.5, above: 5 } } })
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

test('a dry run remembers nothing and makes nothing', async () => {
  const gate = createGate()
  const live = liveEngine({ handlers: { gate: gate.handler }, task: { dryRun: true } })
  live.write('a')
  await live.engine.start()
  await live.engine.stop()
  expect(fs.existsSync(`${live.folder}/state`)).toBe(false)
})
