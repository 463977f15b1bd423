import fs from 'node:fs'
import { afterEach, expect, test } from 'vitest'
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
