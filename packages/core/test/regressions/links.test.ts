import { expect, test } from 'vitest'
import { TreeStage } from '../tree/tree-stage.ts'

/** What the simulation found in how the tree looks at files of several names: each history as short as it can be told. */

/** The clock stands still once all is known, within one tick. */
const known = (files: readonly string[]): TreeStage => TreeStage.known(files, { tickMs: 1000 })

test('a mode that is set through one name of a file, within one tick of the clock, is told under all', () => {
  const stage = known(['a'])
  stage.disk.link(stage.at('a'), stage.at('b'))
  stage.hintAt('b')
  stage.look()
  stage.disk.setAttributes(stage.at('b'), { mode: 0o600 })
  stage.hintAt('b')
  expect(stage.look()).toEqual(['a entry', 'b entry'])
  expect(stage.seen('a')).toMatchObject({ mode: 0o600 })
})

test.each([
  ['which', 'b', 'c', ['b', 'c']],
  ['whose directory', 'd/b', 'e/b', ['d', 'e']],
])(
  'what is written through one name of a file is told of the other, %s was renamed in the same moment',
  (_what, name, to, [from, at]) => {
    const stage = known(['a', 'd/x'])
    stage.write('a')
    stage.disk.link(stage.at('a'), stage.at(name))
    stage.hintAt(name)
    stage.hintAt('a', { content: true })
    stage.look()
    const before = stage.seen(name)!
    stage.write('a')
    stage.move(from!, at!)
    stage.hintAt('a', { content: true })
    for (const moved of [from!, at!]) stage.hintAt(moved, { moved: true })
    stage.look()
    expect(stage.seen(to)!.content).toBeGreaterThan(before.content)
  },
)

test('what was written through a name that has gone is told of the other name, which was renamed in the same moment', () => {
  const stage = known(['a'])
  stage.disk.link(stage.at('a'), stage.at('b'))
  stage.write('a')
  stage.hintAt('b')
  stage.hintAt('a', { content: true })
  stage.look()
  const before = stage.seen('b')!
  stage.write('a')
  stage.remove('a')
  stage.move('b', 'c')
  stage.hintAt('a', { content: true })
  stage.look()
  for (const name of ['b', 'c']) stage.hintAt(name, { moved: true })
  stage.look()
  expect(stage.seen('c')!.content).toBeGreaterThan(before.content)
})

test.each(['b', 'c'])(
  'what was written through a name whose directory has gone is told of the other name, which is %s',
  (other) => {
    const stage = known(['d/a'])
    stage.disk.link(stage.at('d/a'), stage.at('b'))
    stage.write('d/a')
    stage.hintAt('b')
    stage.hintAt('d/a', { content: true })
    stage.look()
    const before = stage.seen('b')!
    stage.write('d/a')
    stage.disk.setAttributes(stage.at('b'), { mtimeMs: before.mtimeMs })
    stage.remove('d/a')
    stage.remove('d')
    if (other !== 'b') stage.move('b', other)
    stage.hintAt('d/a', { content: true })
    for (const name of new Set(['d', 'b', other])) stage.hintAt(name, { moved: name !== 'd' && other !== 'b' })
    stage.look()
    expect(stage.seen(other)!.content).toBeGreaterThan(before.content)
  },
)

test.each(['renamed', 'removed'])(
  'what is told of a name after its file was found to be %s, is told of the other name',
  (what) => {
    const stage = known(['a'])
    stage.disk.link(stage.at('a'), stage.at('b'))
    if (what === 'removed') {
      stage.hintAt('b')
      stage.look()
    }
    const before = stage.seen('a')!
    let looks = 0
    stage.onCall = () => {
      if (++looks !== 2) return
      stage.write('a') // within the tick in which it was linked
      stage.disk.rename(stage.at('a'), '/away')
    }
    for (const name of ['b', 'a']) stage.hintAt(name)
    stage.look()
    expect(stage.known()).toEqual(['b'])
    stage.hintAt('a', { content: true, moved: true })
    stage.look()
    expect(stage.seen('b')!.content).toBeGreaterThan(before.content)
  },
)

test('what was written to after an exchange, through a name that has gone, is told of its other name', () => {
  const stage = known(['a', 'c'])
  stage.disk.link(stage.at('a'), stage.at('b'))
  stage.write('a')
  stage.hintAt('b')
  stage.hintAt('a', { content: true })
  stage.look()
  const before = stage.seen('b')!
  stage.disk.exchange(stage.at('a'), stage.at('c'))
  stage.write('c')
  stage.disk.rename(stage.at('c'), '/away')
  stage.hintAt('a', { moved: true })
  stage.hintAt('c', { moved: true, content: true })
  stage.look()
  expect(stage.seen('b')!.content).toBeGreaterThan(before.content)
})

test('what was written through a name whose directory has gone is told of the only name that is left, after that was looked at', () => {
  const stage = known(['a', 'd/x'])
  for (const name of ['b', 'd/c']) stage.disk.link(stage.at('a'), stage.at(name))
  for (const name of ['b', 'd/c']) stage.hintAt(name)
  stage.look()
  stage.remove('b')
  stage.hintAt('b')
  stage.look()
  const before = stage.seen('a')!
  stage.write('d/c')
  stage.disk.setAttributes(stage.at('a'), { mtimeMs: before.mtimeMs })
  for (const path of ['d/c', 'd/x', 'd']) stage.remove(path)
  stage.write('b') // by which the files that had this name before are looked at
  stage.hintAt('d/c', { content: true })
  stage.hintAt('d')
  stage.hintAt('b', { made: true, content: true })
  stage.look()
  expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
})

test.each([
  ['at once', 'c'],
  ['in the next round', 'c'],
  ['at once', 'd'],
])(
  'what was written through a new name that was renamed before it was looked at is told of the other name: %s, to %s',
  (when, to) => {
    const stage = known(['a', 'd'])
    const before = stage.seen('a')!
    stage.disk.link(stage.at('a'), stage.at('b'))
    stage.write('b')
    stage.disk.setAttributes(stage.at('b'), { mtimeMs: before.mtimeMs })
    stage.move('b', to)
    stage.hintAt('b', { made: true, content: true, moved: when === 'at once' })
    if (when === 'in the next round') {
      stage.look()
      stage.hintAt('b', { moved: true })
    }
    stage.hintAt(to, { moved: true })
    stage.look()
    expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
  },
)

test('what was written through a new name is told of the other name, also when the directory that it was renamed to was renamed', () => {
  const stage = known(['a', 'd/x', 'e/x'])
  const before = stage.seen('a')!
  stage.disk.link(stage.at('a'), stage.at('e/b'))
  stage.write('e/b')
  stage.disk.setAttributes(stage.at('e/b'), { mtimeMs: before.mtimeMs })
  stage.hintAt('e/b', { made: true, content: true, moved: true })
  stage.move('e/b', 'd/b')
  stage.hintAt('d/b', { moved: true })
  stage.move('d', 'f')
  for (const name of ['d', 'f']) stage.hintAt(name, { moved: true })
  stage.look()
  expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
})
