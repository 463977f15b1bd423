import { beforeEach, expect, test } from 'vitest'
import type { RawPath } from '../../src/model/path.ts'
import { addHint, createHintSet, hintsOf } from '../../src/tree/hint-set.ts'
import { TreeStage } from './tree-stage.ts'

let stage: TreeStage
beforeEach(() => {
  stage = TreeStage.known(['d/f'])
})

test('that bytes were written is remembered whatever else is said of the name, in any order', () => {
  const before = stage.seen('d/f')!
  stage.hintAt('d/f', { content: true })
  stage.hintAt('d/f', { content: false })
  expect(stage.look()).toEqual(['d/f entry'])
  const after = stage.seen('d/f')!
  expect(after.content).toBeGreaterThan(before.content)
  stage.hintAt('d/f', { content: false })
  stage.hintAt('d/f', { content: true })
  stage.look()
  expect(stage.seen('d/f')!.content).toBeGreaterThan(after.content)
})

test('that something was made anew is remembered whatever else is said of the name', () => {
  const stage = TreeStage.known(['a'], { reusesInodes: true })
  stage.pass(-10_000)
  stage.remove('a')
  stage.write('a') // in the same inode and, as it happens, at the same time
  Object.assign(stage.disk.find(stage.at('a'))!, stage.seen('a'))
  stage.hintAt('a', { made: true })
  stage.hintAt('a', { made: false })
  expect(stage.look()).toEqual(['a entry'])
})

test('what a set asks for can be asked for once more', () => {
  const [set, again] = [createHintSet(), createHintSet()]
  const name = 'f' as RawPath
  const hints: Parameters<typeof addHint>[1][] = [
    { type: 'entry', dir: 1, name, content: true, suspectFromMs: 5 },
    { type: 'entry', dir: 2, name, content: false, moved: true, made: true },
    { type: 'directory', dir: 3 },
    { type: 'tree', dir: 4 },
    { type: 'lost', dir: 5, why: 'overflow' },
  ]
  for (const hint of hints) addHint(set, hint, 1000)
  for (const hint of hintsOf(set)) addHint(again, hint, 0)
  expect(again).toEqual(set)
})

test('that a directory was away is remembered whatever else is said of it', () => {
  stage.write('d/new')
  stage.hintAt('d', { moved: true })
  stage.hintAt('d', { moved: false })
  stage.look()
  expect(stage.known()).toContain('d/new')
})

test.each([
  ['before', ['lost', 'tree']],
  ['after', ['tree', 'lost']],
] as const)('that hints were lost is remembered when a tree is asked for %s it', (_when, types) => {
  stage.write('d/f')
  stage.hintAt('d/f', { content: true })
  stage.look()
  stage.write('d/f') // in the same tick and of the same size: nothing shows
  for (const type of types) stage.hint(type, '')
  expect(stage.look()).toEqual(['d/f entry'])
})

test('a hint for the entries of a directory is obeyed beside others', () => {
  stage.mkdir('e')
  stage.hint('directory', '')
  stage.look()
  stage.write('e/f')
  stage.write('d/g')
  stage.hint('tree', 'd')
  stage.hint('directory', 'e')
  stage.look()
  expect(stage.known()).toEqual(['d', 'd/f', 'd/g', 'e', 'e/f'])
})

test('a hint that comes during a look is for the next one', () => {
  stage.hintAt('d/f')
  stage.onCall = () => {
    stage.onCall = () => {}
    stage.hintAt('d/late')
  }
  stage.look()
  expect(stage.tree.hasHints).toBe(true)
  stage.write('d/late')
  expect(stage.look()).toContain('d/late entry')
  expect(stage.tree.hasHints).toBe(false)
})
