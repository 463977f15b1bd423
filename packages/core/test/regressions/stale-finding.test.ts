import fs from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { type DirId, ROOT_DIR } from '../../src/model/entry.ts'
import { nodeFileSystem } from '../../src/model/file-system.ts'
import { fromText } from '../../src/model/path.ts'
import { migrate } from '../../src/store/schema.ts'
import { createStore } from '../../src/store/store.ts'
import { tempTree, type TempTree } from '../../src/testing/temp-tree.ts'
import { createTree } from '../../src/tree/tree.ts'

let disk: TempTree | undefined
afterEach(() => disk?.dispose())

/** A tree on a real disk, hinted at by hand. */
function stage(files: Record<string, string>) {
  disk = tempTree(files)
  const { root } = disk
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const store = createStore(db)
  const nothing = (): void => undefined
  const tree = createTree({
    ...{ table: store.seen, counters: store.counters, fs: nodeFileSystem, root: fromText(root), noLoss: true },
    rules: { fingerprint: '', wants: () => true },
    ...{ arm: () => 'armed' as const, disarm: nothing, uncovered: nothing, touch: nothing, isHeld: () => true },
    ...{ problem: nothing, again: nothing, solved: nothing, guard: nothing },
  })
  const work = (): void => {
    tree.look()
    while (!tree.scan(() => false));
  }
  tree.scanAll(Infinity, true)
  work()
  const hint = (dir: DirId, name: string): void =>
    tree.hint({ type: 'entry', dir, name: fromText(name), content: false, moved: true })
  return { root, tree, work, hint, find: (path: string) => tree.directories.find(fromText(path)) }
}

test('a directory that was found elsewhere is not lost by what its former place was found to hold before', () => {
  const { root, tree, work, hint, find } = stage({ 'a/x': 'x', 'b/y': 'y' })
  const [a, b] = [find('a')!, find('b')!]
  fs.rmSync(`${root}/a/x`)
  fs.renameSync(`${root}/b`, `${root}.b`)
  fs.renameSync(`${root}/a`, `${root}/b`)
  fs.writeFileSync(`${root}/a`, 'a file now')
  // Nobody tells of b: the queue had run over.
  hint(a, 'x')
  hint(ROOT_DIR, 'a')
  hint(b, 'y')
  work()
  expect(tree.directories.pathOf(a)).toBe('b')
  expect(find('b')).toBe(a)
  fs.rmSync(`${root}.b`, { recursive: true })
})
