import { beforeEach, describe, expect, test } from 'vitest'
import type { RawPath } from '../../src/model/path.ts'
import { LIMBO } from '../../src/model/seen.ts'
import { type StageOptions, TreeStage } from './tree-stage.ts'

let stage: TreeStage
function begin(options: StageOptions = {}): void {
  stage = TreeStage.known(['a', 'd/f', 'd/e/g/h'], options)
}
beforeEach(() => begin())

describe('what takes the place of something', () => {
  test('is another thing, also when it has got its number', () => {
    begin({ reusesInodes: true })
    const before = stage.seen('a')!
    stage.remove('a')
    stage.mkdir('b')
    expect(stage.disk.find(stage.at('b'))!.ino).toBe(before.ino)
    for (const path of ['a', 'b']) stage.hintAt(path)
    stage.look()
    expect(stage.known()).toEqual(['b', 'd', 'd/e', 'd/e/g', 'd/e/g/h', 'd/f'])
    expect(stage.seen('b')).toMatchObject({ kind: 'directory', id: stage.id('b') })
    expect(stage.id('b')).toBeGreaterThan(0)
  })

  test('is read whole when it is a directory', () => {
    const id = stage.id('d')
    stage.move('d', 'old')
    stage.mkdir('d')
    stage.write('d/new')
    stage.hintAt('d')
    stage.hintAt('old')
    stage.look()
    expect(stage.id('old')).toBe(id)
    expect(stage.known()).toEqual(['a', 'd', 'd/new', 'old', 'old/e', 'old/e/g', 'old/e/g/h', 'old/f'])
  })
})

describe('what goes', () => {
  test('goes with all below, and is told by its top', () => {
    stage.remove('d/e/g/h')
    for (const path of ['d/e/g', 'd/e']) stage.remove(path)
    stage.hintAt('d/e')
    expect(stage.look()).toEqual(['d/e tree'])
    expect(stage.known()).toEqual(['a', 'd', 'd/f'])
    expect([...stage.armed.values()].toSorted()).toEqual(['', 'd'])
    expect(stage.store.seen.entries).toBe(3)
    expect(stage.store.seen.directories()).toHaveLength(1)
  })

  test('and is met between its two places by the next process is told gone', () => {
    stage.store.seen.move(1, 'd' as RawPath, LIMBO, '1' as RawPath)
    stage.disk.rename(stage.at('d'), '/elsewhere')
    stage.restart()
    expect(stage.takeTouched()).toEqual([' tree'])
    expect(stage.known()).toEqual(['a'])
    expect(stage.known(LIMBO)).toEqual([])
    expect(stage.store.seen.directories()).toEqual([])
  })
})

describe('further names of a file', () => {
  beforeEach(() => {
    stage.disk.link(stage.at('a'), stage.at('d/link'))
    stage.hintAt('d/link')
    stage.look()
  })

  test('are no rename', () => {
    expect(stage.known()).toEqual(['a', 'd', 'd/e', 'd/e/g', 'd/e/g/h', 'd/f', 'd/link'])
  })

  test('are changed with the one that is hinted at', () => {
    stage.write('a', 20)
    stage.hintAt('d/link', { content: true })
    expect(stage.look()).toEqual(['a entry', 'd/link entry'])
    expect(stage.seen('a')!.sizeBytes).toBe(20)
  })

  test('have the mode that was set through one of them, within the tick of the clock too', () => {
    stage.disk.setAttributes(stage.at('a'), { mode: 0o600 })
    stage.hintAt('a')
    expect(stage.look()).toEqual(['a entry', 'd/link entry'])
    expect(stage.seen('d/link')!.mode).toBe(0o600)
  })

  test('show what was written through one that has gone', () => {
    const before = stage.seen('a')!
    stage.write('d/link')
    stage.remove('d/link')
    stage.hintAt('d/link', { content: true })
    expect(stage.look()).toContain('a entry')
    expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
  })

  test.each(['nothing', 'another file'])('show what is written through one that went long ago, with %s in its place', (place) => {
    stage.remove('d/link')
    if (place !== 'nothing') stage.write('d/link', 5)
    stage.hintAt('d/link', { made: true })
    for (let round = 0; round < 10; round++) stage.look()
    // By who had opened it under that name, which is what the kernel calls it to the end.
    stage.write('a', 30)
    stage.hintAt('d/link', { content: true })
    expect(stage.look()).toContain('a entry')
    expect(stage.seen('a')).toMatchObject({ sizeBytes: 30 })
    // Once more for what is there now is no reason to send it again.
    stage.hintAt('d/link', { content: true })
    expect(stage.look()).not.toContain('a entry')
  })

  test('show what was written through one that has gone with its directory', () => {
    const before = stage.seen('a')!
    stage.pass(10)
    stage.write('d/link', 20)
    for (const path of ['d/link', 'd/f', 'd/e/g/h', 'd/e/g', 'd/e', 'd']) stage.remove(path)
    stage.hintAt('d')
    expect(stage.look()).toContain('a entry')
    expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
  })

  test('show what was written through one that is new', () => {
    const before = stage.seen('a')!
    const { mtimeMs } = stage.disk.find(stage.at('a'))!
    stage.disk.link(stage.at('a'), stage.at('new'))
    stage.write('new')
    stage.disk.setAttributes(stage.at('new'), { mtimeMs })
    stage.hintAt('new', { content: true })
    expect(stage.look()).toEqual(['a entry', 'd/link entry', 'new entry'])
    expect(stage.seen('a')!.content).toBeGreaterThan(before.content)
  })
})

describe('a directory', () => {
  test('whose mode changed is told of, also when entries came to it', () => {
    stage.disk.setAttributes(stage.at('d'), { mode: 0o700 })
    stage.write('d/new')
    stage.hintAt('d/new')
    expect(stage.look()).toEqual(['d entry', 'd/new entry'])
    expect(stage.seen('d')!.mode).toBe(0o700)
  })

  test('that is not in its place loses nothing by a hint of its inside', () => {
    stage.disk.rename(stage.at('d'), '/elsewhere')
    stage.hintAt('d/f')
    expect(stage.look()).toEqual(['d tree'])
    expect(stage.known()).toEqual(['a'])
  })

  test('that is not in its place is found to have gone by a hint of nothing in it', () => {
    stage.disk.rename(stage.at('d'), '/elsewhere')
    stage.hintAt('d/nothing')
    expect(stage.look()).toEqual(['d tree'])
  })

  test('that was away, and is back when its entries are said to have gone, is read', () => {
    stage.disk.rename(stage.at('d'), '/elsewhere')
    stage.hintAt('d/f')
    let looks = 0
    stage.onCall = () => {
      if (++looks !== 3) return
      stage.disk.rename('/elsewhere', stage.at('d'))
      stage.write('d/new')
    }
    stage.look()
    expect(stage.known()).toEqual(['a', 'd', 'd/e', 'd/e/g', 'd/e/g/h', 'd/f', 'd/new'])
  })
})

describe('a mount', () => {
  const guarded: string[] = []
  beforeEach(() => {
    begin({ guard: (path) => void guarded.push(path) })
    guarded.length = 0
  })

  test('over a directory with entries is asked about before these are taken to have gone', () => {
    stage.disk.mount(stage.at('d'))
    stage.hint('tree', '')
    stage.look()
    expect(guarded).toContain('d')
  })

  test('over a directory is not taken for deletions in it', () => {
    stage.disk.mount(stage.at('d'))
    stage.hintAt('d/f')
    stage.look()
    expect(guarded).toContain('d')
  })

  test('over the root hides what is hinted at in it: the root is asked about', () => {
    stage.hintAt('nothing')
    stage.look()
    expect(guarded).toEqual([''])
  })

  test('is not asked about when only entries of a directory have gone, but the root is for its own', () => {
    stage.remove('d/f')
    stage.hintAt('d/f')
    stage.look()
    expect(guarded).toEqual([])
    stage.remove('a')
    stage.hintAt('a')
    stage.look()
    expect(new Set(guarded)).toEqual(new Set(['']))
  })

  test('of the root is asked about once more when a look from above finds something gone from it', () => {
    stage.disk.rename(stage.at('d'), '/elsewhere')
    let asked = 0
    stage.onGuard = () => {
      if (++asked === 2) throw new Error('The root is away.') // the first time it was still there
    }
    stage.hint('directory', 'd')
    expect(() => stage.look()).toThrow('away')
  })

  test('of the root is asked about by a scan that finds something gone from it, or come to it', () => {
    for (const change of [() => stage.remove('a'), () => stage.write('b')]) {
      guarded.length = 0
      change()
      stage.hint('tree', '')
      stage.look()
      expect(guarded).toContain('')
    }
  })
})
