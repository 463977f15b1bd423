import { expect, test } from 'vitest'
import { inTurns } from './in-turn.ts'

test('who stops a server waits for who starts it, also when that fails', async () => {
  const inTurn = inTurns()
  const done: string[] = []
  const started = Promise.withResolvers<void>()
  const start = inTurn(async () => {
    await started.promise
    done.push('start')
    throw new Error('no port')
  })
  const stop = inTurn(async () => void done.push('stop'))
  await Promise.resolve()
  started.resolve()
  await expect(start).rejects.toThrow('no port')
  await stop
  expect(done).toEqual(['start', 'stop'])
})
