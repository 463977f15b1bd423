import { conformance, readTree, tempTree } from '@clsync/core/testing'
import { describe, expect, test } from 'vitest'
import rsync from '../src/index.ts'

describe.each([
  ['with the helper', {}],
  ['rsync alone', { helper: false }],
])('conformance, local, %s', (_name, more) => {
  const target = async () => {
    const tree = tempTree()
    return {
      options: { destination: tree.root, ...more },
      directory: tree.root,
      read: async () => readTree(tree.root),
      dispose: async () => tree.dispose(),
    }
  }
  test.each(conformance({ handler: rsync, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
