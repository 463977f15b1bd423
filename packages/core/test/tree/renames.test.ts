import { beforeEach, describe, expect, test } from 'vitest'
import type { RawPath } from '../../src/model/path.ts'
import { TreeStage } from './tree-stage.ts'

let stage: TreeStage
beforeEach(() => {
  stage = TreeStage.known(['a', 'd/f', 'd/e/g/h'])
})

describe('a rename', () => {
  test('of a directory keeps it, and tells both of its places', () => {
    const id = stage.id('d')
    const { stamp } = stage.seen('d/e/g/h')!
    stage.move('d', 'x')
    for (const path of ['d', 'x']) stage.hintAt(path)
    expect(stage.look()).toEqual(['d tree', 'x tree'])
    expect(stage.id('x')).toBe(id)
    expect(stage.seen('x/e/g/h')!.stamp).toBe(stamp)
  })

  test('of a directory is told before it is read, once at a time', () => {
    const read: string[] = []
    stage.onCall = (call, path) => void (call === 'list' && read.push(path))
    const turn = (): boolean =>
      stage.store.transaction(() => {
        stage.tree.look()
        return stage.tree.scan(() => true)
      })
    stage.move('d', 'x')
    for (const path of ['d', 'x']) stage.hintAt(path, { moved: true })
    expect(turn()).toBe(false)
    expect(stage.takeTouched()).toEqual(['d tree', 'x tree'])
    expect(read).toEqual([])
    stage.move('x', 'y')
    for (const path of ['x', 'y']) stage.hintAt(path, { moved: true })
    expect(turn()).toBe(false)
    expect(read).toEqual(['y'])
  })

  test('of a directory into another one that was renamed keeps it, although that is read later', () => {
    stage.mkdir('o')
    stage.begin()
    const id = stage.id('d')
    stage.move('d', 'o/n')
    stage.move('o', 'x')
    for (const path of ['d', 'o', 'x']) stage.hintAt(path, { moved: true })
    stage.look()
    expect(stage.id('x/n')).toBe(id)
  })

  test('of a directory is followed by a look at all below, whose hints may have been looked for at the old place', () => {
    stage.move('d', 'x')
    stage.write('x/e/g/h', 20)
    for (const path of ['d', 'x']) stage.hintAt(path)
    expect(stage.look()).toContain('x/e/g/h entry')
  })

  test.each([
    ['at once', false],
    ['only later', true],
  ])('does not lose what is told of its inside when its new place is told %s', (_when, isLate) => {
    const inside = { type: 'entry', dir: stage.id('d'), name: 'f' as RawPath, content: true } as const
    const { content, mtimeMs, ctimeMs } = stage.seen('d/f')!
    stage.write('d/f')
    Object.assign(stage.disk.find(stage.at('d/f'))!, { mtimeMs, ctimeMs }) // only the hint tells
    stage.move('d', 'x')
    stage.tree.hint(inside)
    stage.hintAt('d')
    if (isLate) {
      stage.tree.scanAll(Infinity, true) // what has left is not given up before all was scanned
      stage.store.transaction(() => stage.tree.look())
    }
    stage.hintAt('x')
    stage.look()
    expect(stage.seen('x/f')!.content).toBeGreaterThan(content)
  })

  test('there and back is followed by a look at all below', () => {
    stage.move('d', 'x')
    stage.write('x/e/g/h', 20)
    stage.move('x', 'd')
    stage.hintAt('d', { moved: true })
    expect(stage.look()).toContain('d/e/g/h entry')
  })

  test('is one when its places are told of by turns, the new one first', () => {
    const id = stage.id('d')
    stage.move('d', 'x')
    stage.hintAt('x')
    expect(stage.look()).toEqual(['d tree', 'x tree'])
    expect(stage.id('x')).toBe(id)
    stage.hintAt('d')
    expect(stage.look()).toEqual([])
  })

  test.each([
    ['read before', 'y/z', 'd/z'],
    ['read after', 'd/e', 'y/e'],
  ])('while nobody watched is one, when its old place is %s the new one', (_when, from, to) => {
    for (const path of ['y', 'y/z']) stage.mkdir(path)
    stage.hint('tree', '')
    stage.look()
    const id = stage.id(from)
    stage.move(from, to)
    stage.restart()
    stage.tree.scanAll(Infinity, true)
    while (!stage.store.transaction(() => stage.tree.scan(() => true))) continue
    expect(stage.id(to)).toBe(id)
  })

  test('of what was made in the same round is one', () => {
    stage.mkdir('new')
    stage.hintAt('new')
    stage.look()
    const id = stage.id('new')
    stage.move('new', 'newer')
    for (const path of ['new', 'newer']) stage.hintAt(path)
    stage.look()
    expect(stage.id('newer')).toBe(id)
  })

  test('of a file does not change its bytes, unless they were written to before or after', () => {
    const content = stage.seen('a')!.content
    stage.move('a', 'b')
    for (const path of ['a', 'b']) stage.hintAt(path)
    stage.look()
    expect(stage.seen('b')!.content).toBe(content)
    stage.write('b', 20)
    stage.move('b', 'c')
    for (const path of ['b', 'c']) stage.hintAt(path)
    stage.look()
    expect(stage.seen('c')!.content).toBeGreaterThan(content)
  })

  test.each([
    ['the old', 'a'],
    ['the new', 'b'],
  ])('of a file that was written to within the tick of the clock, told under %s name', (_which, written) => {
    const { mtimeMs } = stage.disk.find(stage.at('a'))!
    const { content } = stage.seen('a')!
    stage.write('a')
    stage.disk.setAttributes(stage.at('a'), { mtimeMs })
    stage.move('a', 'b')
    for (const path of ['a', 'b']) stage.hintAt(path, { content: path === written })
    stage.look()
    expect(stage.seen('b')!.content).toBeGreaterThan(content)
  })

  test('of a recent file whose write is told under the old name only later', () => {
    stage.write('a')
    stage.hintAt('a', { content: true })
    stage.look()
    const { content } = stage.seen('a')!
    stage.write('a') // in the same tick and of the same size
    stage.move('a', 'b')
    stage.hintAt('b')
    stage.look()
    expect(stage.seen('b')!.content).toBeGreaterThan(content)
  })
})
