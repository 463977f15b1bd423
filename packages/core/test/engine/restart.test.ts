import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { Hooks } from '../../src/hooks.ts'
import { createGate } from '../support/gate.ts'
import { gatedEngine } from '../support/gated-engine.ts'
import { liveEngine } from '../support/live-engine.ts'

describe('a stop', () => {
  test('sends what waits, windows or not', async () => {
    const { gate, live } = gatedEngine({
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
    const { gate, live } = gatedEngine({
      task: { schedule: { delayMs: 50, settleMs: 0, maxWaitMs: 60_000, minIntervalMs: 0, bigFile: undefined } },
    })
    await live.engine.start()
    live.write('a')
    await live.engine.stop()
    expect(gate.names()).toEqual(['a'])
  })

  test('waits for what is in flight, also when the source has gone', async () => {
    const { gate, live } = gatedEngine()
    await live.engine.start()
    gate.close()
    live.write('a')
    await expect.poll(() => gate.waiting()).toBe(1)
    fs.renameSync(`${live.folder}/source`, `${live.folder}/away`)
    await expect.poll(() => live.engine.status().halt?.code).toBe('ROOT_GONE')
    let isStopped = false
    const stopped = live.engine.stop().then(() => (isStopped = true))
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate) // more than a stop takes
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

test('a dry run remembers nothing and makes nothing', async () => {
  const { live } = gatedEngine({ task: { dryRun: true } })
  live.write('a')
  await live.engine.start()
  await live.engine.stop()
  expect(fs.existsSync(`${live.folder}/state`)).toBe(false)
})
