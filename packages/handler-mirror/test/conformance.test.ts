import fs from 'node:fs'
import { conformance, readTree, tempTree } from '@clsync/core/testing'
import { describe, expect, test } from 'vitest'
import mirror from '../src/index.ts'

describe.each([
  ['plain', () => ({})],
  ['with hard links and attributes', () => ({ hardLinks: true, xattrs: true })],
  ['with a trash', (root: string) => ({ trash: `${root}.trash` })],
])('conformance, %s', (_name, more) => {
  const target = async () => {
    const tree = tempTree()
    return {
      options: { destination: tree.root, ...more(tree.root) },
      directory: tree.root,
      read: async () => readTree(tree.root),
      dispose: async () => {
        tree.dispose()
        fs.rmSync(`${tree.root}.trash`, { recursive: true, force: true })
      },
    }
  }
  test.each(conformance({ handler: mirror, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
