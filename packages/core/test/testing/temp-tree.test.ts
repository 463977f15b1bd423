import fs from 'node:fs'
import { readTree, tempTree } from '@clsync/core/testing'
import { expect, test } from 'vitest'

test('a tree has what its description says, under exact names, and goes when disposed', () => {
  const tree = tempTree({ 'a/b': 'text', empty: null, link: { link: 'a/b' }, 'byte\udcff': new Uint8Array([1, 2]) })
  try {
    const found = readTree(tree.root)
    expect([...found].map(([path, { kind }]) => [path, kind])).toEqual([
      ['a', 'directory'],
      ['a/b', 'file'],
      ['byte\udcff', 'file'],
      ['empty', 'directory'],
      ['link', 'symlink'],
    ])
    expect(fs.readFileSync(tree.at('a/b'), 'utf8')).toBe('text')
    expect(fs.readdirSync(tree.root, 'latin1')).toContain('byte\u00ff')
    expect(found.get('link')?.link).toBe('a/b')
  } finally {
    tree.dispose()
  }
  expect(fs.existsSync(tree.root)).toBe(false)
})
