import { expect, test } from 'vitest'
import { meetTarget } from '../../src/engine/first-contact.ts'
import { DOUBT } from '../../src/model/acked.ts'
import { raw, TwoStates } from '../support/two-states.ts'

async function meet(isDeleted: boolean) {
  const states = new TwoStates({ 'd/': 1, 'd/f': 2, new: 3 }, {})
  const { store, record, acked } = states
  const { directories, seen } = states.sources
  const session = {
    async sync() {},
    inventory: () => ['d', 'd/f', 'd/stranger', 'stranger'].map((path) => ({ path, kind: 'file' as const })),
  }
  const signal = new AbortController().signal
  const extraneous = await meetTarget({ session, handler: 'test', signal, store, record, acked, seen, directories, isDeleted })
  const doubtful = ['d', 'd/f', 'd/stranger', 'stranger', 'new'].filter((path) => acked.get(raw(path))?.stamp === DOUBT)
  return { extraneous, doubtful, record }
}

test('what both hold is in doubt, so that it is sent, or deleted when it goes; strangers are counted and kept', async () => {
  const { extraneous, doubtful, record } = await meet(false)
  expect(doubtful).toEqual(['d', 'd/f'])
  expect([extraneous, record.met, record.dirty]).toEqual([2, true, true])
})

test('strangers are in doubt, and so deleted, only when the user decides so', async () => {
  const { extraneous, doubtful } = await meet(true)
  expect(doubtful).toEqual(['d', 'd/f', 'd/stranger', 'stranger'])
  expect(extraneous).toBe(2)
})
