import { beforeEach, expect, test } from 'vitest'
import { TreeStage } from './tree-stage.ts'

const FILES = Array.from({ length: 40 }, (_, at) => `d/many/f${at}`)

let stage: TreeStage
beforeEach(() => {
  stage = TreeStage.known(['a', 'd/other', ...FILES])
})

const hintAtAll = (): void => FILES.forEach((path) => stage.hintAt(path))

test.each([
  ['', [...FILES, 'd/many'], 'd/many tree'],
  [', and the one above has gone as well', [...FILES, 'd/many', 'd/other', 'd'], 'd tree'],
])('many entries of a directory that has gone are told of as one%s', (_also, gone, told) => {
  for (const path of gone) stage.remove(path)
  hintAtAll()
  let looks = 0
  stage.onCall = () => void looks++
  expect(stage.look()).toEqual([told])
  expect(looks).toBeLessThan(20)
  for (const path of FILES) expect(stage.seen(path)).toBeUndefined()
})

test('a directory that was moved is known at its new place, with what has gone from it', () => {
  const id = stage.id('d/many')
  stage.remove('d/many/f0')
  stage.move('d/many', 'moved')
  hintAtAll()
  stage.hintAt('moved')
  stage.look()
  expect(stage.id('moved')).toBe(id)
  expect(stage.seen('moved/f0')).toBeUndefined()
  expect(stage.seen('moved/f1')).toBeDefined()
})

test('another directory in its place is read', () => {
  for (const path of [...FILES, 'd/many']) stage.remove(path)
  stage.mkdir('d/many')
  stage.write('d/many/new')
  hintAtAll()
  stage.look()
  expect(stage.seen('d/many/new')).toBeDefined()
  expect(stage.seen('d/many/f1')).toBeUndefined()
})

test('one that is still there is asked for each', () => {
  for (const path of FILES.slice(0, 20)) stage.remove(path)
  hintAtAll()
  stage.onCall = (call) => expect(call).toBe('look')
  expect(stage.look()).toHaveLength(20)
})
