import { type DirId } from '../../src/model/entry.ts'
import { nodeFileSystem } from '../../src/model/file-system.ts'
import { fromText, toText } from '../../src/model/path.ts'
import { memoryStore } from './memory-store.ts'
import { tempTree } from '../../src/testing/temp-tree.ts'
import { type Tree, createTree } from '../../src/tree/tree.ts'

/** The seen state of a real directory, hinted at by hand. */
export interface HintedTree {
  /** Absolute path of the source. */
  readonly root: string
  readonly tree: Tree
  /** Paths that targets were told of, since the last {@link HintedTree.work} began. */
  readonly touched: string[]
  /** Paths that all targets hold. */
  readonly held: Set<string>
  /** Called after each look at an entry, with its path below the root. */
  looked: (path: string) => void
  hint(dir: DirId, name: string): void
  /** Looks at what was hinted at and scans until nothing is left. */
  work(): void
  find(path: string): DirId
  dispose(): void
}

export function hintedTree(files: Record<string, string>): HintedTree {
  const disk = tempTree(files)
  const { root } = disk
  const store = memoryStore()
  const nothing = (): void => undefined
  const fs = {
    ...nodeFileSystem,
    look(path: Parameters<typeof nodeFileSystem.look>[0]) {
      const found = nodeFileSystem.look(path)
      hinted.looked(toText(path).slice(root.length + 1))
      return found
    },
  }
  const held = new Set<string>()
  const touched: string[] = []
  const tree = createTree({
    ...{ table: store.seen, counters: store.counters, fs, root: fromText(root), noLoss: true },
    rules: { fingerprint: '', wants: () => true },
    ...{
      arm: () => 'armed' as const,
      disarm: nothing,
      uncovered: nothing,
      problem: nothing,
      again: nothing,
      owed: () => undefined,
      solved: nothing,
      mountMet: nothing,
    },
    ...{ guard: nothing, isHeld: (path) => held.has(toText(path)), touch: (path) => void touched.push(toText(path)) },
  })
  const hinted: HintedTree = {
    ...{ root, tree, touched, held, looked: nothing },
    hint: (dir, name) => tree.hint({ type: 'entry', dir, name: fromText(name), content: false, moved: true }),
    work() {
      touched.length = 0
      tree.look()
      while (!tree.scan(() => false));
    },
    find: (path) => tree.directories.find(fromText(path)) ?? 0,
    dispose() {
      store.close()
      disk.dispose()
    },
  }
  tree.scanAll(Infinity, true)
  hinted.work()
  return hinted
}
