import fs from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import { nodeFileSystem } from '../../src/model/file-system.ts'
import { fromText } from '../../src/model/path.ts'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'
import type { TreeContext } from '../../src/tree/context.ts'
import { addHint, createHintSet } from '../../src/tree/hint-set.ts'
import { awaitsWriters } from '../../src/tree/writers.ts'

let tree: TempTree | undefined
afterEach(() => tree?.dispose())

/** Whether a file would be waited for, given the names that were made and, with `*`, written to. */
function awaits(...names: string[]): boolean {
  tree = tempTree({ known: 'text' })
  const { root } = tree
  fs.writeFileSync(`${root}/opened`, '')
  fs.symlinkSync('known', `${root}/symlink`)
  fs.linkSync(`${root}/known`, `${root}/name`)
  const hints = createHintSet()
  for (const name of names) {
    const hint = { type: 'entry', dir: ROOT_DIR, name: fromText(name.replace('*', '')), writing: true } as const
    addHint(hints, { ...hint, content: name.endsWith('*') }, 0)
  }
  // As much of a context as the question takes.
  const directories = { pathOf: () => fromText('') }
  return awaitsWriters({ fs: nodeFileSystem, root: fromText(root), directories } as unknown as TreeContext, hints)
}

it.each([
  ['a file that was opened', ['opened'], true],
  ['a file that was written to, by whatever name', ['name*'], true],
  ['what has gone again', ['gone'], true],
  ['nothing', [], false],
  ['a symlink', ['symlink'], false],
  ['a further name of a file', ['name'], false],
  ['a symlink beside a file that was opened', ['opened', 'symlink'], false],
])('%s', (_what, names, expected) => {
  expect(awaits(...names)).toBe(expected)
})
