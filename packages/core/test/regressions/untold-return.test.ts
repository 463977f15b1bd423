import { expect, test } from 'vitest'
import { gatedEngine } from '../support/gated-engine.ts'

test('what was deleted and is back is not deleted at the target, although the monitor has not told yet that it is back', async () => {
  const { gate, live } = gatedEngine({ task: { monitor: 'poll', pollIntervalMs: 3_600_000 } }, { maxChanges: 1 })
  for (const name of ['a', 'b', 'c']) live.write(name)
  await live.engine.start()
  gate.answer = (_batch, sync) => {
    if (gate.came.at(-1) === '-a') live.write('b', 'is back')
    return sync()
  }
  for (const name of ['a', 'b']) live.remove(name)
  await live.engine.idle({ look: true }) // looks at everything
  expect(gate.came).toContain('-a')
  expect(gate.came).not.toContain('-b')
  expect(gate.came.at(-1)).toBe('~b')
  expect(gate.names()).toEqual(['b', 'c'])
})
