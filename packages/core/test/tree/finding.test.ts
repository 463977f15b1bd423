import { beforeEach, describe, expect, test } from 'vitest'
import { TreeStage } from './tree-stage.ts'

let stage: TreeStage
beforeEach(() => {
  stage = TreeStage.known(['a', 'd/f'])
})

describe('what looks the same', () => {
  /** Rewritten in the tick in which it was looked at, with the same size. */
  function rewriteUnseen(): void {
    stage.write('d/f')
    stage.hintAt('d/f', { content: true })
    stage.look()
    stage.write('d/f')
  }

  test('is sent again when bytes were written', () => {
    rewriteUnseen()
    stage.hintAt('d/f', { content: true })
    expect(stage.look()).toEqual(['d/f entry'])
  })

  test('is believed otherwise', () => {
    rewriteUnseen()
    stage.hintAt('d/f')
    stage.hint('directory', 'd')
    expect(stage.look()).toEqual([])
  })

  test('is not believed after a start, when it is recent', () => {
    rewriteUnseen()
    stage.tree.scanAll(stage.now - 1000, true)
    stage.scan()
    expect(stage.takeTouched()).toEqual(['d/f entry'])
  })

  test('is believed after a start, when it is old', () => {
    rewriteUnseen()
    stage.pass(10_000)
    stage.tree.scanAll(stage.now - 1000, true)
    stage.scan()
    expect(stage.takeTouched()).toEqual([])
  })

  test('is not believed after a loss when it may be as old as the clock of the file system is behind', () => {
    rewriteUnseen()
    stage.pass(900)
    stage.store.counters.horizonMs = stage.now
    stage.hint('lost', '')
    expect(stage.look()).toEqual(['d/f entry'])
  })

  test('is not believed by who polls', () => {
    stage = TreeStage.known(['d/f'], { noLoss: false })
    rewriteUnseen()
    stage.hint('tree', '')
    expect(stage.look()).toEqual(['d/f entry'])
  })

  test('but for its ctime was written to, where nobody tells otherwise', () => {
    const { mtimeMs } = stage.disk.find(stage.at('d/f'))!
    stage.write('d/f')
    stage.disk.setAttributes(stage.at('d/f'), { mtimeMs })
    const { content } = stage.seen('d/f')!
    stage.hint('tree', '')
    stage.look()
    expect(stage.seen('d/f')!.content).toBeGreaterThan(content)
  })

  test('was written to elsewhere when it was away', () => {
    stage.hintAt('d/f', { moved: true })
    expect(stage.look()).toEqual(['d/f entry'])
  })

  test('was written to when that was told of a name under which nobody has seen it', () => {
    const { content } = stage.seen('a')!
    const { mtimeMs } = stage.disk.find(stage.at('a'))!
    stage.move('a', 'temporary')
    stage.write('temporary')
    stage.move('temporary', 'b')
    stage.disk.setAttributes(stage.at('b'), { mtimeMs })
    for (const path of ['a', 'temporary', 'b']) stage.hintAt(path, { content: path === 'temporary' })
    stage.look()
    expect(stage.seen('b')!.content).toBeGreaterThan(content)
  })

  test.each([
    ['before', 'y/f', 'd/renamed'],
    ['after', 'd/f', 'y/renamed'],
  ])('but for its name was written to, when it is recent and nobody told, read %s the new name', (_when, from, to) => {
    stage.mkdir('y')
    stage.write('y/f')
    stage.write('d/f')
    stage.hint('tree', '')
    stage.look()
    const { content } = stage.seen(from)!
    stage.write(from)
    stage.move(from, to)
    stage.tree.scanAll(stage.now - 1000, true)
    stage.scan()
    expect(stage.seen(to)!.content).toBeGreaterThan(content)
  })
})
