import fs from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeFileSystem } from '../../src/model/file-system.ts'
import { fromText } from '../../src/model/path.ts'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'

let tree: TempTree
beforeEach(() => {
  tree = tempTree({ file: 'text', 'directory/below': 'text', link: { link: 'file' } })
})
afterEach(() => tree.dispose())

const at = (path: string) => fromText(`${tree.root}/${path}`)

test('nothing is where nothing is, and below what is no directory', () => {
  for (const path of ['missing', 'file/below']) expect(nodeFileSystem.look(at(path))).toBeUndefined()
  for (const path of ['missing', 'file', 'file/below']) expect(nodeFileSystem.list(at(path))).toBeUndefined()
})

test('a symlink is looked at itself', () => {
  expect(nodeFileSystem.look(at('link'))).toMatchObject({ kind: 'symlink', sizeBytes: 4 })
})

test('any other error is no absence', () => {
  const long = at('x'.repeat(300))
  expect(() => nodeFileSystem.look(long)).toThrow('ENAMETOOLONG')
  expect(() => nodeFileSystem.list(long)).toThrow('ENAMETOOLONG')
})

test.runIf(process.geteuid?.() === 0)('what may not be looked at is not absent', () => {
  fs.chmodSync(tree.root, 0o755)
  fs.chmodSync(at('directory'), 0o700)
  process.seteuid?.(65_534)
  try {
    expect(() => nodeFileSystem.look(at('directory/below'))).toThrow('EACCES')
    expect(() => nodeFileSystem.list(at('directory'))).toThrow('EACCES')
  } finally {
    process.seteuid?.(0)
  }
})
