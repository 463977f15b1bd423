import { conformance, createMemoryHandler } from '@clsync/core/testing'
import { describe, expect, test } from 'vitest'
import type { Capabilities } from '../../src/handler.ts'

const CLAIMS: Record<string, Partial<Capabilities>> = {
  everything: {},
  'no recursion': { recursive: false },
  'no moves and small batches': { moves: false, maxChanges: 7 },
  'nothing but files and directories': {
    recursive: false,
    moves: false,
    byteNames: false,
    parallel: 1,
    kinds: ['file', 'directory'],
  },
  'no deletes': { deletes: false, moves: false },
}

describe.each(Object.entries(CLAIMS))('the memory handler conforms, claiming %s', (_name, claims) => {
  const { handler, entries } = createMemoryHandler(claims)
  const target = async () => {
    entries.clear()
    return { options: {}, read: async () => new Map(entries), dispose: async () => undefined }
  }
  test.each(conformance({ handler, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
