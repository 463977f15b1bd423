import { expect, test } from 'vitest'
import { defineHandler, type Handler, z } from '../../src/handler.ts'
import { checkHandler } from '../../src/load/handler.ts'
import { liveEngine } from '../support/live-engine.ts'

const check = (claims: unknown): Handler =>
  checkHandler(
    { api: 1, name: 'plain', options: z.object({}), capabilities: claims, setup: () => ({ sync: async () => {} }) },
    { name: './plain.mjs', naming: { from: '/', origin: 'the test' } },
  )

test('a handler made without defineHandler claims nothing that it does not name', () => {
  expect(check({ moves: true, parallel: undefined }).capabilities).toEqual({
    ...defineHandler({ name: 'any', options: z.object({}), setup: () => ({ sync: async () => {} }) }).capabilities,
    moves: true,
  })
})

test('it is sent what there is', async () => {
  const { engine, write } = liveEngine({ handlers: { plain: check({}) } })
  write('a')
  await engine.start()
  expect(engine.status().targets[0]).toMatchObject({ state: 'running', synced: { changes: 1 } })
})

test.each([
  [7, 'it has no "capabilities"'],
  [{ moves: 'yes' }, '"moves" is not true or false'],
  [{ parallel: 0 }, '"parallel" is not a whole number above 0'],
  [{ maxChanges: Infinity }, '"maxChanges" is not a whole number above 0'],
  [{ kinds: 'file' }, '"kinds" is not a list of file, directory, symlink and other'],
  [{ kinds: ['fifo'] }, '"kinds" is not a list'],
])('claims of %j are refused', (claims, message) => {
  expect(() => check(claims)).toThrow(message)
})
