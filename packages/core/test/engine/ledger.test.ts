import { expect, test } from 'vitest'
import type { Step } from '../../src/batch/step.ts'
import { createLedger, type Ledger } from '../../src/engine/ledger.ts'
import { DOUBT } from '../../src/model/acked.ts'
import { raw, TwoStates } from '../support/two-states.ts'

function begin() {
  const states = new TwoStates({ new: 1, 'moved/': 2, 'moved/f': 3 }, { 'old/': 2, 'old/f': 3, gone: 4 })
  const { store, record, acked } = states
  store.transaction(() => (record.dirty = false))
  const steps = [...states.assemble(['moved/', 'old/']).steps, ...states.assemble(['new', 'gone']).steps]
  return { states, steps, open: (): Ledger => createLedger(store, record, acked) }
}

function held({ acked }: TwoStates, ...paths: string[]): string[] {
  return paths.map((path) => {
    const entry = acked.get(raw(path))
    return entry === undefined ? 'nothing' : entry.stamp === DOUBT ? 'doubt' : entry.kind
  })
}
const PLACES = ['new', 'moved', 'moved/f', 'old', 'old/f', 'gone']

test('nothing is acked before it is settled; then what arrived is, and nothing is in flight', () => {
  const { states, steps, open } = begin()
  const ledger = open()
  ledger.begin('batch', steps)
  expect(held(states, ...PLACES)).toEqual(['nothing', 'nothing', 'nothing', 'directory', 'file', 'file'])
  ledger.settle('batch', steps, () => false)
  expect(held(states, ...PLACES)).toEqual(['file', 'directory', 'file', 'nothing', 'nothing', 'nothing'])
  expect(open().recover()).toEqual([])
})

test('what failed is in doubt, both places of a move with all below', () => {
  const { states, steps, open } = begin()
  open().settle('batch', steps, () => true)
  expect(new Set(held(states, ...PLACES))).toEqual(new Set(['doubt']))
})

test('what was in flight when a run ended is in doubt in the next, which compares everything', () => {
  const { states, steps, open } = begin()
  open().begin('batch', steps)
  const paths = open().recover()
  expect(paths.toSorted()).toEqual(['gone', 'moved', 'new', 'old'])
  expect(new Set(held(states, ...PLACES))).toEqual(new Set(['doubt']))
  expect(states.record.dirty).toBe(true)
  expect(open().recover()).toEqual([])
})

test('a doubt that comes late is one that the next start knows of', () => {
  const { states, open } = begin()
  const step = (path: string): Pick<Step, 'path' | 'from'> => ({ path: raw(path), from: undefined })
  open().doubt([step('gone')])
  expect(held(states, 'gone')).toEqual(['doubt'])
  expect(states.record.dirty).toBe(true)
})
