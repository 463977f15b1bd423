import { expect, test } from 'vitest'
import type { Assembly } from '../../src/batch/assemble.ts'
import { type TestItem, told, TwoStates } from '../support/two-states.ts'

function left({ again, rest, busy, held, parents }: Assembly<TestItem>): object {
  const items = (list: readonly TestItem[]): string[] => list.map(({ path, scope }) => `${path} ${scope}`)
  return { again: items(again), rest: items(rest), busy, held, parents: [...parents] }
}
const NOTHING = { again: [], rest: [], busy: [], held: [], parents: [] }

test('deletes come first, deepest first; then creates and updates, parents first', () => {
  const states = new TwoStates({ 'a/': 1, 'a/f': 2, z: 3.5 }, { 'gone/': 4, 'gone/d/': 5, 'gone/d/f': 6, z: 3 })
  const assembly = states.assemble([''])
  expect(told(assembly.steps)).toEqual(['-gone/d/f', '-gone/d', '-gone', '+a', '+a/f', '~z'])
  expect(left(assembly)).toEqual(NOTHING)
})

test('a file takes the place of a directory after all that was in it', () => {
  const states = new TwoStates({ d: 1 }, { 'd/': 2, 'd/e/': 3, 'd/e/f': 4 })
  expect(told(states.assemble(['d']).steps)).toEqual(['-d/e/f', '-d/e', '~d'])
})

test('what goes below something that goes is deleted once', () => {
  const states = new TwoStates({}, { 'd/': 1, 'd/f': 2 })
  expect(told(states.assemble(['d/', 'd/f']).steps)).toEqual(['-d/f', '-d'])
})

test.each([1, 2, 3, 5].flatMap((most) => [[most, ['a', 'e', 'f', 'gone', 'x']] as const, [most, ['']] as const]))(
  'whatever finds no room in batches of %i comes with the next ones, in order, from %j',
  (maxChanges, paths) => {
    const seen = { 'a/': 1, 'a/b/': 2, 'a/b/c': 3, 'a/d': 4, e: 5, f: 6, 'x/': 10 }
    const states = new TwoStates(seen, { 'gone/': 7, 'gone/g/': 8, 'gone/g/h': 9, x: 11 })
    const sent: string[] = []
    let items: readonly TestItem[] = states.assemble(paths, { maxChanges: 0 }).rest
    for (let batches = 0; items.length > 0 && batches < 50; batches++) {
      const { steps, again, rest } = states.assemble([], { items, maxChanges })
      expect(steps.length).toBeLessThanOrEqual(maxChanges)
      sent.push(...told(steps))
      for (const { type, path, seen: entry } of steps)
        if (type === 'delete') states.acked.remove(path)
        else states.acked.put(path, entry!)
      items = [...rest, ...again]
    }
    expect(sent.toSorted()).toEqual(
      ['+a', '+a/b', '+a/b/c', '+a/d', '+e', '+f', '-gone', '-gone/g', '-gone/g/h', '~x'].toSorted(),
    )
    for (const [before, after] of [
      ['+a', '+a/b'],
      ['+a/b', '+a/b/c'],
      ['-gone/g/h', '-gone/g'],
      ['-gone/g', '-gone'],
    ])
      expect(sent.indexOf(before!)).toBeLessThan(sent.indexOf(after!))
  },
)

test('a file waits until the directory in its place is deleted whole, however many batches that takes', () => {
  const states = new TwoStates({ d: 1 }, { 'd/': 2, 'd/a': 3, 'd/b': 4, 'd/c': 5 })
  const assembly = states.assemble(['d'], { maxChanges: 2 })
  expect(told(assembly.steps)).toEqual(['-d/a', '-d/b'])
  expect(left(assembly)).toMatchObject({ again: ['d entry'] })
})

test('deletions are asked for with all that they take, and held all together', () => {
  const states = new TwoStates({ d: 1, new: 2 }, { 'd/': 3, 'd/e/': 4, 'd/e/f': 5, gone: 6 })
  const counts: number[] = []
  const assembly = states.assemble([''], { mayDelete: (count) => counts.push(count) > 1 })
  expect(counts).toEqual([4])
  expect(told(assembly.steps)).toEqual(['+new'])
  expect(left(assembly)).toEqual({ ...NOTHING, held: ['d', 'gone'] })
})

test('what is in use waits, whether it comes, changes, goes or is renamed', () => {
  const states = new TwoStates({ new: 1, changed: 2.5, moved: 3 }, { changed: 2, gone: 4, old: 3 })
  const assembly = states.assemble(['new', 'changed', 'gone', 'moved/', 'old/'], { isBusy: (path) => path !== 'old' })
  expect(told(assembly.steps)).toEqual(['-old'])
  expect(left(assembly)).toEqual({ ...NOTHING, busy: ['new', 'changed', 'gone', 'moved'] })
})

test('nothing is sent into a directory that the target lacks; the directory is asked for', () => {
  const states = new TwoStates({ 'd/': 1, 'd/f': 2, 'e/': 3, 'e/g/': 4 }, { e: 5 })
  const assembly = states.assemble(['d/f', 'e/g'])
  expect(told(assembly.steps)).toEqual([])
  expect(left(assembly)).toEqual({ ...NOTHING, parents: ['d', 'e'] })
})

test('files wait for their own time, each by itself', () => {
  const states = new TwoStates({ 'd/': 1, 'd/big': 2, 'd/small': 3 }, {})
  const assembly = states.assemble(['d'], { waitUntil: ({ path }) => (path === 'd/big' ? 500 : undefined) })
  expect(told(assembly.steps)).toEqual(['+d', '+d/small'])
  expect(assembly.waiting).toMatchObject([{ path: 'd/big', item: { path: 'd' }, at: 500 }])
})
