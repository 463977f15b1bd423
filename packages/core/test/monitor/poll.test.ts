import { afterEach, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { Hint } from '../../src/model/hint.ts'
import type { RawPath } from '../../src/model/path.ts'
import { createPollMonitor } from '../../src/monitor/poll.ts'
import { cases } from './conformance.ts'
import { Scene } from './scene.ts'

let scene: Scene | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

test.each(cases.filter(({ precise }) => precise !== true))('$name', async ({ before, run }) => {
  scene = new Scene(createPollMonitor({ clock: systemClock, intervalMs: 40 }), before === undefined ? {} : { before })
  await scene.start()
  await run(scene)
  expect(scene.monitor.guarantee).toBe('best-effort')
})

test('each interval is one hint for the whole tree, until it is stopped', async () => {
  const waiting: { delayMs: number; run: () => void }[] = []
  const clock: Clock = {
    ...systemClock,
    after(delayMs, run) {
      const timer = { delayMs, run }
      waiting.push(timer)
      return { cancel: () => void waiting.splice(waiting.indexOf(timer), 1) }
    },
  }
  const hints: Hint[] = []
  const monitor = createPollMonitor({ clock, intervalMs: 7000 })
  await monitor.start({
    root: '/' as RawPath,
    directories: { pathOf: () => undefined, nearest: () => ({ dir: ROOT_DIR, exact: true }) },
    sink: (hint) => hints.push(hint),
    warn() {},
  })
  expect(hints).toEqual([])
  for (let turn = 1; turn <= 3; turn++) {
    expect(waiting.map(({ delayMs }) => delayMs)).toEqual([7000])
    waiting.shift()!.run()
    expect(hints).toHaveLength(turn)
  }
  expect(hints[2]).toEqual({ type: 'tree', dir: ROOT_DIR })
  await monitor.stop()
  expect(waiting).toEqual([])
})
