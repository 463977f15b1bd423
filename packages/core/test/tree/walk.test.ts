import { expect, test } from 'vitest'
import { stepFor } from '../../src/batch/step.ts'
import { goneBelow } from '../../src/tree/gone.ts'
import type { Walk } from '../../src/tree/walk.ts'
import { raw, type States, told, TwoStates } from '../support/two-states.ts'

function all(walk: Walk): string[] {
  const found: string[] = []
  for (let next = walk.next(); next !== undefined; next = walk.next()) found.push(...told([stepFor(next)]))
  return found
}

function files(count: number, prefix = 'f'): States {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${String(at).padStart(4, '0')}`, at + 10]))
}

test('what came, changed and went is told in the order of names, what went by its top', () => {
  const states = new TwoStates(
    { a: 1, 'd/': 2, 'd/f': 3.1, 'd/g': 4, 'new/': 5, 'new/f': 6 },
    { 'd/': 2, 'd/f': 3, 'd/gone': 7, 'gone/': 8, 'gone/f': 9, z: 10 },
  )
  expect(all(states.walk('', 'tree'))).toEqual(['+a', '~d/f', '+d/g', '-d/gone', '-gone', '+new', '+new/f', '-z'])
})

test('an entry is compared by itself, and with all below it when it has come', () => {
  const states = new TwoStates({ 'd/': 1, 'd/f': 2, 'new/': 3, 'new/e/': 4, 'new/e/f': 5 }, { 'd/': 1 })
  expect(all(states.walk('d', 'entry'))).toEqual([])
  expect(all(states.walk('d', 'listing'))).toEqual(['+d/f'])
  expect(all(states.walk('new', 'entry'))).toEqual(['+new', '+new/e', '+new/e/f'])
})

test('a listing does not go below what is the same', () => {
  const states = new TwoStates({ 'd/': 1, 'd/e/': 2, 'd/e/f': 3 }, { 'd/': 1, 'd/e/': 2 })
  expect(all(states.walk('d', 'listing'))).toEqual([])
  expect(all(states.walk('d', 'tree'))).toEqual(['+d/e/f'])
})

test('below a directory that was replaced everything is compared', () => {
  const states = new TwoStates({ 'd/': 1, 'd/e/': 2, 'd/e/f': 3 }, { 'd/': 9, 'd/e/': 2, 'd/gone': 8 })
  expect(all(states.walk('d', 'entry'))).toEqual(['~d', '+d/e/f', '-d/gone'])
})

test('below a directory in doubt everything is compared', () => {
  const states = new TwoStates({ 'd/': 1, 'd/e/': 2, 'd/e/f': 3 }, { 'd/': 1, 'd/e/': 2, 'd/gone': 8 })
  states.acked.doubt(raw('d'))
  expect(all(states.walk('d', 'entry'))).toEqual(['~d', '+d/e/f', '-d/gone'])
})

test('directories larger than a page are compared whole, and once', () => {
  const states = new TwoStates({ ...files(700), new: 1 }, { ...files(700), z: 2 })
  expect(all(states.walk('', 'tree'))).toEqual(['+new', '-z'])
  expect(all(new TwoStates(files(700), {}).walk('', 'tree'))).toHaveLength(700)
  expect(all(new TwoStates({}, files(700)).walk('', 'tree'))).toHaveLength(700)
})

test('a walk that goes on behind any of its differences tells the others, each once', () => {
  const seen = { 'a/': 1, 'a/b/': 2, 'a/b/c': 3, 'a/b/d': 4, 'a/e': 5, f: 6, 'g/': 7, 'g/h': 8 }
  const states = new TwoStates(seen, { 'a/': 1, 'a/b/': 2, 'a/x': 9, 'g/': 7, z: 10 })
  for (const [path, scope] of [
    ['', 'tree'],
    ['a', 'tree'],
  ] as const) {
    const whole = all(states.walk(path, scope))
    for (let count = 1; count <= whole.length; count++) {
      const first = states.walk(path, scope)
      const start = Array.from({ length: count }, () => told([stepFor(first.next()!)])[0])
      expect([...start, ...all(states.walk(path, scope, first.cursor))]).toEqual(whole)
    }
  }
})

test('a walk into a new directory goes on in it', () => {
  const states = new TwoStates({ 'new/': 1, 'new/a/': 2, 'new/a/f': 3, 'new/b': 4 }, {})
  expect(all(states.walk('new', 'tree', 'new'))).toEqual(['+new/a', '+new/a/f', '+new/b'])
  expect(all(states.walk('new', 'tree', 'new/a'))).toEqual(['+new/a/f', '+new/b'])
})

test('what is gone is told deepest first, and whole', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/e/': 2, 'd/e/f': 3, 'd/g': 4, ...files(700, 'd/x') })
  const paths = [...goneBelow(states.acked, states.acked.directory(raw('d'))!, raw('d'))].map(({ path }) => path)
  expect(paths.slice(0, 3)).toEqual(['d/e/f', 'd/e', 'd/g'])
  expect(paths).toHaveLength(703)
})
