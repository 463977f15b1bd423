import { expect, test } from 'vitest'
import { TreeStage } from '../tree/tree-stage.ts'

test('a file that was moved into a new directory, and written to before anybody watched that, is not believed by its times', () => {
  const stage = TreeStage.known(['a'], { tickMs: 1000 })
  stage.write('a') // from here on within one tick
  stage.hintAt('a', { content: true })
  stage.look()
  const { content } = stage.seen('a')!
  stage.mkdir('new')
  stage.move('a', 'new/a')
  stage.write('new/a')
  stage.hintAt('a', { moved: true })
  stage.hintAt('new', { made: true })
  stage.look()
  expect(stage.known()).toEqual(['new', 'new/a'])
  expect(stage.seen('new/a')!.content).toBeGreaterThan(content)
})

test('an old file is, and stays what it was', () => {
  const stage = TreeStage.known(['a'], { tickMs: 1000 })
  const { content } = stage.seen('a')!
  stage.mkdir('new')
  stage.move('a', 'new/a')
  stage.hintAt('a', { moved: true })
  stage.hintAt('new', { made: true })
  stage.look()
  expect(stage.seen('new/a')!.content).toBe(content)
})
