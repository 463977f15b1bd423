import { expect, test } from 'vitest'
import { meetTarget } from '../../src/engine/first-contact.ts'
import { DOUBT } from '../../src/model/acked.ts'
import { raw, TwoStates } from '../support/two-states.ts'

const turn = (): Promise<void> => Promise.resolve()

async function meet(isDeleted: boolean) {
  const states = new TwoStates({ 'd/': 1, 'd/f': 2, new: 3 }, {})
  const { store, record, acked } = states
  const { directories, seen } = states.sources
  const session = {
    async sync() {},
    inventory: () => ['d', 'd/f', 'd/stranger', 'stranger'].map((path) => ({ path, kind: 'file' as const })),
  }
  const signal = new AbortController().signal
  const parts = { signal, store, record, acked, seen, directories: () => directories, isDeleted, turn }
  const extraneous = await meetTarget({ session, handler: 'test', ...parts })
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

test('a large target is met in stretches between which others have their turn; when it is cut short, nothing of it counts', async () => {
  const names = Array.from({ length: 2500 }, (_, at) => `f${at}`)
  const { store, record, acked, sources } = new TwoStates(Object.fromEntries(names.map((name, at) => [name, at + 1])), {})
  const entries = (paths: readonly string[]) => paths.map((path) => ({ path, kind: 'file' as const }))
  let turns = 0
  const meetWith = (inventory: () => Iterable<{ path: string; kind: 'file' }>): Promise<number> =>
    meetTarget({
      ...{ session: { async sync() {}, inventory }, handler: 'test', signal: new AbortController().signal },
      ...{ store, record, acked, seen: sources.seen, directories: () => sources.directories, isDeleted: true },
      turn: async () => void turns++,
    })
  const cutShort = function* () {
    yield* entries(['stranger', ...names.slice(0, 1500)])
    throw new Error('the target is away')
  }
  await expect(meetWith(cutShort)).rejects.toThrow('away')
  expect([turns, record.met, acked.get(raw('stranger'))]).toEqual([1, false, undefined])
  expect(acked.get(raw('f7'))?.stamp).toBe(DOUBT)
  expect(await meetWith(() => entries(names.slice(1000)))).toBe(0)
  expect([acked.get(raw('f7')), acked.get(raw('f1007'))?.stamp, record.met]).toEqual([undefined, DOUBT, true])
})
