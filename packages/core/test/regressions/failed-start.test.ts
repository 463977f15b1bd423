import { expect, test } from 'vitest'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { gatedEngine } from '../support/gated-engine.ts'
import { memoryStore } from '../support/memory-store.ts'

test('a start that fails when it watches already watches no more, or its process would never end', async () => {
  const called: string[] = []
  const monitor: Monitor = {
    ...{ name: 'told', guarantee: 'no-loss', arm: () => 'armed', disarm() {}, drain() {} },
    start: () => void called.push('start'),
    stop: () => Promise.resolve(called.push('stop')).then(() => {}),
    stats: () => ({ watches: 0, events: 0, losses: 0 }),
  }
  const store = memoryStore()
  const transaction = (): never => {
    throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
  }
  const { live } = gatedEngine({ monitor, open: () => ({ store: { ...store, transaction }, damaged: undefined }) })
  await expect(live.engine.start()).rejects.toThrow('full')
  expect(called).toEqual(['start', 'stop'])
})
