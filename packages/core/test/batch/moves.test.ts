import { expect, test } from 'vitest'
import { raw, type States, told, TwoStates } from '../support/two-states.ts'

/** What is sent in the end of these paths, batch by batch, as the target confirms each. */
function sent(seen: States, acked: States, paths: readonly string[]): string[][] {
  const states = new TwoStates(seen, acked)
  const batches: string[][] = []
  for (let again = paths; again.length > 0;) {
    const { steps, again: left } = states.assemble(again)
    if (steps.length === 0) break
    batches.push(told(steps))
    for (const { type, path, from, seen: entry } of steps) {
      if (type === 'delete') states.acked.remove(path)
      else {
        if (from !== undefined) states.acked.move(from, path)
        states.acked.put(path, entry!)
      }
    }
    again = left.map(({ path, scope }) => (scope === 'tree' ? `${path}/` : path))
  }
  return batches
}

test('a directory of any content is renamed by one step', () => {
  expect(sent({ 'b/': 1, 'b/f': 2 }, { 'a/': 1, 'a/f': 2 }, ['a/', 'b/'])).toEqual([['a > b']])
})

test('what changed below a renamed directory is sent after it', () => {
  const seen = { 'b/': 1, 'b/f': 2.5, 'b/g': 3 }
  expect(sent(seen, { 'a/': 1, 'a/f': 2, 'a/h': 4 }, ['a/', 'b/'])).toEqual([['a > b'], ['-b/h', '~b/f', '+b/g']])
})

test('what is due together with a rename is not forgotten', () => {
  expect(sent({ b: 1, c: 2 }, { a: 1 }, ['a/', 'b/', 'c'])).toEqual([['a > b'], ['+c']])
})

test('a chain of renames goes from its free end', () => {
  const [seen, acked] = [
    { 'y/': 3, 'y/f': 5, 'z/': 4, 'z/g': 6 },
    { 'x/': 3, 'x/f': 5, 'y/': 4, 'y/g': 6 },
  ]
  expect(sent(seen, acked, ['x/', 'y/', 'z/'])).toEqual([['y > z', 'x > y']])
})

test('two that exchange their names are sent as contents', () => {
  const [seen, acked] = [
    { 'a/': 2, 'a/f': 3, 'b/': 1, 'b/g': 4 },
    { 'a/': 1, 'a/g': 4, 'b/': 2, 'b/f': 3 },
  ]
  const steps = sent(seen, acked, ['a/', 'b/']).flat()
  expect(steps.filter((step) => step.includes('>'))).toEqual([])
  expect(steps).toEqual(expect.arrayContaining(['~a', '+a/f', '-a/g', '~b', '+b/g', '-b/f']))
})

test('what leaves a directory goes before the directory itself', () => {
  expect(sent({ 'b/': 1, f: 2 }, { 'a/': 1, 'a/f': 2 }, ['a/', 'a/f/', 'b/', 'f/'])).toEqual([['a/f > f', 'a > b']])
})

test('what moves into a directory that is renamed goes after it, by its new name', () => {
  expect(sent({ 'b/': 1, 'b/f': 2 }, { 'a/': 1, f: 2 }, ['a/', 'b/', 'f/', 'b/f/'])).toEqual([['a > b'], ['f > b/f']])
})

test('missing directories on the way are made first, upper ones before lower', () => {
  expect(sent({ 'x/': 1, 'x/y/': 2, 'x/y/f': 3 }, { f: 3 }, ['f/', 'x/y/f/'])).toEqual([['+x', '+x/y', 'f > x/y/f']])
})

test('a rename goes over anything but a directory with entries, which is emptied first', () => {
  expect(sent({ b: 1 }, { a: 1, b: 2 }, ['a/', 'b/'])).toEqual([['a > b']])
  expect(sent({ 'b/': 1 }, { 'a/': 1, 'b/': 2 }, ['a/', 'b/'])).toEqual([['a > b']])
  expect(sent({ 'b/': 1 }, { 'a/': 1, 'b/': 2, 'b/d/': 3, 'b/d/f': 4 }, ['a/', 'b/'])).toEqual([['-b/d/f', '-b/d'], ['a > b']])
})

test('what is in the way is not deleted when the source has it: all goes as contents', () => {
  const steps = sent({ 'b/': 1, 'b/f': 3 }, { 'a/': 1, 'b/': 2, 'b/f': 4 }, ['a/', 'b/']).flat()
  expect(steps.toSorted()).toEqual(['-a', '~b', '~b/f'])
})

test('a file is not renamed when its bytes are others, nor from a place in doubt', () => {
  expect(sent({ b: 1.5 }, { a: 1 }, ['a/', 'b/'])).toEqual([['-a', '+b']])
  const states = new TwoStates({ b: 1 }, { a: 1 })
  states.acked.doubt(raw('a'))
  expect(told(states.assemble(['a/', 'b/']).steps)).toEqual(['-a', '+b'])
})

test('another file with the number of one that has gone is none that was renamed', () => {
  const states = new TwoStates({ b: 1 }, {})
  states.acked.put(raw('a'), { ...states.sources.seen.get(1, raw('b'))!, birthMs: 99 })
  expect(told(states.assemble(['a/', 'b/']).steps)).toEqual(['-a', '+b'])
})
