import fs from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import { hintedTree, type HintedTree } from '../support/hinted-tree.ts'

let hinted: HintedTree
afterEach(() => hinted.dispose())

test('the time of a directory is told when the entry that was to tell it goes before any target was told of it', () => {
  hinted = hintedTree({ 'd/f': 'f' })
  const { root, touched, hint, find } = hinted
  fs.writeFileSync(`${root}/d/passing`, '')
  hint(find('d'), 'passing')
  hinted.looked = (path) => {
    if (path !== 'd/passing') return
    hinted.looked = () => undefined
    fs.rmSync(`${root}/d/passing`)
  }
  hinted.work()
  expect(touched).toEqual(['d/passing'])
  hint(find('d'), 'passing')
  hinted.work()
  expect(touched).toContain('d')
})

test('the time of a directory is told when a directory came into it and had gone again when it was to be scanned', () => {
  hinted = hintedTree({ 'd/f': 'f', 'e/g': 'g' })
  const { root, touched, held, hint, find } = hinted
  for (const path of ['d', 'd/f', 'e', 'e/g']) held.add(path)
  fs.renameSync(`${root}/e`, `${root}/d/e`)
  hint(ROOT_DIR, 'e')
  hint(find('d'), 'e')
  const told: string[] = []
  hinted.looked = (path) => {
    if (path !== 'd/e') return
    hinted.looked = () => undefined
    fs.renameSync(`${root}/d/e`, `${root}/h`)
  }
  hinted.work()
  told.push(...touched)
  hint(find('d'), 'e')
  hint(ROOT_DIR, 'h')
  hinted.work()
  expect([...told, ...touched]).toContain('d')
})

test('the time of a directory is told when an entry that came into it is met elsewhere before it is known to have gone', () => {
  hinted = hintedTree({ 'd/f': 'f', 'e/g': 'g' })
  const { root, touched, held, hint, find } = hinted
  for (const path of ['d', 'd/f', 'e', 'e/g']) held.add(path)
  fs.writeFileSync(`${root}/d/passing`, '')
  hint(find('d'), 'passing')
  hinted.looked = (path) => {
    if (path !== 'd/passing') return
    hinted.looked = () => undefined
    fs.renameSync(`${root}/d/passing`, `${root}/e/stays`)
  }
  hinted.work()
  expect(touched).toEqual(['d/passing'])
  // Its arrival is read before its departure: the queue ended between the two. What is gone as well makes it be looked for.
  fs.rmSync(`${root}/e/g`)
  hint(find('e'), 'g')
  hint(find('e'), 'stays')
  hinted.work()
  const told = [...touched]
  hint(find('d'), 'passing')
  hinted.work()
  expect([...told, ...touched]).toContain('d')
})

test('the time of a directory is told when something passed through it, while what is in it was looked for where it had been', () => {
  hinted = hintedTree({ 'a/x/d/f': 'f', c: 'c' })
  const { root, touched, held, hint, find } = hinted
  for (const path of ['a', 'a/x', 'a/x/d', 'a/x/d/f', 'c']) held.add(path)
  const [x, d] = [find('a/x'), find('a/x/d')]
  // Both change their places at once.
  fs.renameSync(`${root}/a`, `${root}/temporary`)
  fs.renameSync(`${root}/c`, `${root}/a`)
  fs.renameSync(`${root}/temporary`, `${root}/c`)
  fs.writeFileSync(`${root}/c/x/passing`, '')
  fs.rmSync(`${root}/c/x/passing`)
  hint(d, 'f')
  hinted.work()
  const told = [...touched]
  for (const name of ['a', 'c', 'temporary']) hint(ROOT_DIR, name)
  hint(x, 'passing')
  hinted.work()
  expect([...told, ...touched]).toContain('c/x')
})
