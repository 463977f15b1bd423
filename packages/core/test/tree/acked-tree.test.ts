import { expect, test } from 'vitest'
import { DOUBT } from '../../src/model/acked.ts'
import type { SeenEntry } from '../../src/model/seen.ts'
import { raw, TwoStates } from '../support/two-states.ts'

const file: SeenEntry = {
  ...{ kind: 'file', id: 0, stamp: 77, content: 77, dev: 0, ino: 50, birthMs: 1, nlink: 1, sizeBytes: 0 },
  ...{ mtimeMs: 0, ctimeMs: 0, mode: 0o644, uid: 0, gid: 0 },
}

/** Paths that are held for certain, and in doubt. */
function held({ acked }: TwoStates, ...paths: string[]): string[] {
  return paths.map((path) => {
    const entry = acked.get(raw(path))
    return entry === undefined ? 'nothing' : entry.stamp === DOUBT ? 'doubt' : entry.kind
  })
}

test('what is confirmed to have gone is forgotten, a directory only with all that was in it', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/f': 2 })
  states.acked.remove(raw('d'))
  expect(held(states, 'd', 'd/f')).toEqual(['doubt', 'file'])
  states.acked.remove(raw('d/f'))
  states.acked.remove(raw('d'))
  expect(held(states, 'd', 'd/f')).toEqual(['nothing', 'nothing'])
  expect(states.acked.table.entries).toBe(0)
})

test('a directory that was forgotten and is made anew is empty', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/f': 2 })
  for (const path of ['d/f', 'd']) states.acked.remove(raw(path))
  states.acked.put(raw('d'), { ...file, kind: 'directory' })
  expect(held(states, 'd', 'd/f')).toEqual(['directory', 'nothing'])
})

test('what is below a directory is known until it is deleted, also when it is said to be a file', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/f': 2 })
  states.acked.put(raw('d'), file)
  expect(held(states, 'd', 'd/f')).toEqual(['file', 'file'])
})

test('a rename takes all that is below along, and what was in its place is gone', () => {
  const states = new TwoStates({}, { 'a/': 1, 'a/b/': 2, 'a/b/f': 3, 'c/': 4, 'c/x/': 5, f: 6, g: 7 })
  expect(held(states, 'a/b/f', 'c/x')).toEqual(['file', 'directory'])
  states.acked.move(raw('a'), raw('c'))
  states.acked.move(raw('f'), raw('g'))
  expect(held(states, 'a', 'a/b/f', 'c/b/f', 'c/x', 'f')).toEqual(['nothing', 'nothing', 'file', 'nothing', 'nothing'])
  expect(states.acked.get(raw('g'))).toMatchObject({ ino: 6 })
  expect(states.acked.table.entries).toBe(4)
})

test('directories that exchange their names are found under the new ones', () => {
  const states = new TwoStates({}, { 'a/': 1, 'a/f': 2, 'b/': 3, 'b/g': 4 })
  expect(held(states, 'a/f', 'b/g')).toEqual(['file', 'file'])
  states.acked.move(raw('a'), raw('t'))
  states.acked.move(raw('b'), raw('a'))
  states.acked.move(raw('t'), raw('b'))
  expect(held(states, 'a/g', 'b/f', 'a/f', 't')).toEqual(['file', 'file', 'nothing', 'nothing'])
})

test('what nobody has ever confirmed is in doubt after an attempt, with the directories on the way', () => {
  const states = new TwoStates({}, {})
  states.acked.doubt(raw('d/f'))
  expect(held(states, 'd', 'd/f')).toEqual(['doubt', 'doubt'])
  expect(states.acked.count(raw('d'), 10)).toBe(2)
})

test('after a rename that may have been done or not, everything may be at either place', () => {
  const states = new TwoStates({}, { 'a/': 1, 'a/b/': 2, 'a/b/f': 3 })
  states.acked.doubtMove(raw('a'), raw('x'))
  expect(new Set(held(states, 'a', 'a/b', 'a/b/f', 'x', 'x/b', 'x/b/f'))).toEqual(new Set(['doubt']))
})

test('entries are counted until there are enough', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/e/': 2, 'd/e/f': 3, 'd/g': 4, h: 5 })
  expect(['d', 'd/e', 'h', 'missing'].map((path) => states.acked.count(raw(path), 10))).toEqual([4, 2, 1, 0])
})
