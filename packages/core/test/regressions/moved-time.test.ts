import fs from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { hintedTree, type HintedTree } from '../support/hinted-tree.ts'

let hinted: HintedTree
afterEach(() => hinted.dispose())

test('the time of a directory is told when an entry of it went away and back, just after a directory above was renamed', () => {
  hinted = hintedTree({ 'a/d/s/f': 'f' })
  const { root, touched, held, hint, find } = hinted
  for (const path of ['a', 'a/d', 'a/d/s', 'a/d/s/f']) held.add(path)
  const inner = find('a/d')
  fs.renameSync(`${root}/a`, `${root}/c`)
  fs.renameSync(`${root}/c/d/s`, `${root}/c/d/x`)
  fs.renameSync(`${root}/c/d/x`, `${root}/c/d/s`)
  for (const name of ['a', 'c']) hint(1, name)
  for (const name of ['s', 'x']) hint(inner, name)
  hinted.work()
  expect(touched).toContain('c/d')
})
