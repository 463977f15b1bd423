import { expect, test } from 'vitest'
import type { Gate } from '../support/gate.ts'
import { gatedEngine } from '../support/gated-engine.ts'
import type { LiveEngine } from '../support/live-engine.ts'

/** A source of one file. */
function one(): { readonly gate: Gate; readonly live: LiveEngine } {
  const { gate, live } = gatedEngine()
  live.write('a')
  return { gate, live }
}

/** The next batch is answered like this, all later ones are done. */
function answerOnce(gate: Gate, answer: Gate['answer']): void {
  gate.answer = (batch, sync) => {
    gate.answer = (_next, again) => again()
    return answer(batch, sync)
  }
}

test('what was out of date when its turn came is not taken for synced, and is sent again until it is', async () => {
  const { gate, live } = one()
  const failed: (string | undefined)[] = []
  live.engine.hooks.failed.tap('test', ({ path }) => void failed.push(path))
  answerOnce(gate, () => ({ stale: ['a'] })) // by now it is what it was
  await live.engine.start()
  expect(gate.came).toEqual(['+a', '~a'])
  expect(gate.names()).toEqual(['a'])
  expect(failed).toEqual(['a'])
  expect(live.engine.status().targets[0]).toMatchObject({ synced: { changes: 1 }, problemCount: 0, pending: 0 })
})

test('a delete that found its file back for a moment, and left it there, is done in the end', async () => {
  const { gate, live } = one()
  await live.engine.start()
  answerOnce(gate, () => ({ stale: ['a'] }))
  live.remove('a')
  await expect.poll(() => gate.names()).toEqual([])
  await live.engine.idle()
  expect(gate.came).toEqual(['+a', '-a', '-a'])
  expect(live.engine.status().targets[0]).toMatchObject({ synced: { changes: 2 }, problemCount: 0, pending: 0 })
})

test('a delete that found its file back for good is none, and has not failed', async () => {
  const { gate, live } = one()
  const failed: (string | undefined)[] = []
  live.engine.hooks.failed.tap('test', ({ path }) => void failed.push(path))
  await live.engine.start()
  answerOnce(gate, () => {
    live.write('a', 'is back')
    return { stale: ['a'] }
  })
  live.remove('a')
  await expect.poll(() => gate.came).toEqual(['+a', '-a', '~a'])
  await live.engine.idle()
  expect(gate.names()).toEqual(['a'])
  expect(failed).toEqual([])
  expect(live.engine.status().targets[0]).toMatchObject({ synced: { changes: 2 } })
})
