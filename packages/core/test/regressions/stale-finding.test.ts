import fs from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import { hintedTree, type HintedTree } from '../support/hinted-tree.ts'

let hinted: HintedTree
afterEach(() => hinted.dispose())

test('a directory that was found elsewhere is not lost by what its former place was found to hold before', () => {
  hinted = hintedTree({ 'a/x': 'x', 'b/y': 'y' })
  const { root, tree, hint, find } = hinted
  const [a, b] = [find('a'), find('b')]
  fs.rmSync(`${root}/a/x`)
  fs.rmSync(`${root}/b`, { recursive: true })
  fs.renameSync(`${root}/a`, `${root}/b`)
  fs.writeFileSync(`${root}/a`, 'a file now')
  // Nobody tells of b: the queue had run over.
  hint(a, 'x')
  hint(ROOT_DIR, 'a')
  hint(b, 'y')
  hinted.work()
  expect(tree.directories.pathOf(a)).toBe('b')
  expect(find('b')).toBe(a)
})
