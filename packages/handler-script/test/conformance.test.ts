import fs from 'node:fs'
import path from 'node:path'
import { conformance, readTree, type TargetEntry, tempTree } from '@clsync/core/testing'
import { describe, expect, test } from 'vitest'
import script from '../src/index.ts'

const SCRIPTS = path.join(import.meta.dirname, 'scripts')
const JSON_SCRIPT = [process.execPath, `${SCRIPTS}/mirror-json.mjs`, '%destination%']
const LIST0_SCRIPT = [`${SCRIPTS}/mirror-list0.sh`, '%destination%']

describe.each([
  ['json', { command: JSON_SCRIPT, input: 'json', results: 'all' }, false],
  ['json with moves', { command: JSON_SCRIPT, input: 'json', results: 'all', moves: true, concurrency: 4 }, true],
  ['list0', { command: LIST0_SCRIPT, input: 'list0' }, false],
])('conformance, %s', (_name, options, moves) => {
  const target = async () => {
    const tree = tempTree()
    return {
      options: { ...options, destination: tree.root },
      read: async () => withoutTimes(tree.root),
      dispose: async () => {
        for (const left of fs.globSync(`${tree.root}.*.new`)) fs.rmSync(left)
        tree.dispose()
      },
    }
  }
  const handler = { ...script, capabilities: { ...script.capabilities, moves, parallel: moves ? 4 : 1 } }
  test.each(conformance({ handler, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

/** The scripts keep no times of links, and those of files as their tools do. */
function withoutTimes(root: string): Map<string, TargetEntry> {
  const entries = readTree(root)
  for (const [at, { kind, hash, link, mode }] of entries) {
    entries.set(at, {
      kind,
      ...(hash !== undefined && { hash }),
      ...(link !== undefined && { link }),
      ...(mode !== undefined && { mode }),
    })
  }
  return entries
}
