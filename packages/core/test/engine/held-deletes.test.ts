import { expect, test } from 'vitest'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { liveEngine, type LiveEngine } from '../support/live-engine.ts'

const MANY = Array.from({ length: 20 }, (_, at) => `d/${at}`)
const task = { maxDelete: { share: 0.5, above: 5 } }

async function synced(): Promise<
  LiveEngine & {
    readonly names: () => string[]
    readonly handlers: { memory: ReturnType<typeof createMemoryHandler>['handler'] }
  }
> {
  const memory = createMemoryHandler()
  const handlers = { memory: memory.handler }
  const live = liveEngine({ handlers, task })
  for (const name of MANY) live.write(name)
  live.write('z')
  await live.engine.start()
  return { ...live, handlers, names: () => [...memory.entries.keys()] }
}

const held = ({ engine }: LiveEngine): number => engine.status().targets[0]!.heldDeletes

test('what is held is held no more when the files are back', async () => {
  const live = await synced()
  live.remove('d')
  await expect.poll(() => held(live)).toBe(1)
  for (const name of MANY) live.write(name, 'again')
  await expect.poll(() => held(live)).toBe(0)
  await live.engine.idle()
  expect(live.names()).toHaveLength(22)
  live.remove('d/3')
  await expect.poll(live.names).not.toContain('d/3')
})

test('a restart does not release what is held, though by now it is no more than may go', async () => {
  const live = await synced()
  for (let at = 0; at < 8; at++) {
    live.remove(`d/${at}`)
    await expect.poll(live.names).not.toContain(`d/${at}`)
  }
  for (let at = 8; at < 14; at++) live.remove(`d/${at}`)
  await expect.poll(() => held(live)).toBeGreaterThan(0)
  const left = live.names().length
  await live.engine.stop()

  const { folder, handlers } = live
  const again = liveEngine({ handlers, folder, task })
  await again.engine.start()
  expect(again.engine.status().targets[0]!.heldDeletes).toBeGreaterThan(0)
  expect(live.names()).toHaveLength(left)
  await again.engine.stop()

  const accepting = liveEngine({ handlers, folder, task: { ...task, accept: true } })
  await accepting.engine.start()
  expect(live.names()).toHaveLength(8)
  await accepting.engine.stop()

  const after = liveEngine({ handlers, folder, task })
  await after.engine.start()
  after.remove('d/19')
  await expect.poll(live.names).not.toContain('d/19')
})

test('the notice is given once', async () => {
  const live = await synced()
  live.remove('d')
  await expect.poll(() => held(live)).toBe(1)
  for (let round = 0; round < 5; round++) {
    live.write('d/1', String(round))
    await expect.poll(() => held(live)).toBe(19)
    live.remove('d')
    await expect.poll(() => held(live)).toBe(1)
  }
  expect(live.warnings.filter((line) => line.includes('d)'))).toHaveLength(1)
})
