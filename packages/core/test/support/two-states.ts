import { assemble, type AssembleInput, type Assembly } from '../../src/batch/assemble.ts'
import type { Step } from '../../src/batch/step.ts'
import { type DirId, type Kind, ROOT_DIR } from '../../src/model/entry.ts'
import type { Scope } from '../../src/model/difference.ts'
import { nameOf, parentOf, type RawPath } from '../../src/model/path.ts'
import type { SeenEntry } from '../../src/model/seen.ts'
import type { Store } from '../../src/store/store.ts'
import { memoryStore } from './memory-store.ts'
import type { TargetRecord } from '../../src/store/target-record.ts'
import { type AckedTree, createAckedTree } from '../../src/tree/acked-tree.ts'
import { createDirectories } from '../../src/tree/directories.ts'
import { goneBelow } from '../../src/tree/gone.ts'
import { differenceAt, startWalk, type Walk, type WalkSources } from '../../src/tree/walk.ts'

/**
 * Paths and what is there, directories with `/` at their end: the number stands for one file or directory, wherever it is, and its
 * fraction for the version of its bytes. Parents first.
 */
export type States = Readonly<Record<string, number>>

/** What was seen and what one target holds, in a database in memory. */
export class TwoStates {
  readonly store: Store
  readonly record: TargetRecord
  readonly acked: AckedTree
  readonly #ids = new Map<string, DirId>([['', ROOT_DIR]])

  constructor(seen: States, acked: States) {
    this.store = memoryStore()
    this.record = this.store.target('backup', 'here')
    this.acked = createAckedTree(this.record.acked)
    for (const [path, number] of Object.entries(seen)) this.#see(path, number)
    for (const [path, number] of Object.entries(acked)) this.acked.put(pathOf(path), entryOf(path, number, 0))
  }

  get sources(): WalkSources {
    const { store, acked } = this
    return { seen: store.seen, acked, directories: createDirectories(store.seen), accepts: () => true }
  }

  walk(path: string, scope: Scope, after?: string): Walk {
    return startWalk(this.sources, raw(path), scope, after === undefined ? undefined : raw(after))
  }

  /** The next batch of these paths (`/` at the end: as trees), and what of it is not sent. */
  assemble(paths: readonly string[], changes: Partial<AssembleInput<TestItem>> = {}): Assembly<TestItem> {
    const { sources, acked } = this
    return assemble<TestItem>({
      items: paths.map((path) => ({
        path: pathOf(path),
        scope: path === '' || path.endsWith('/') ? 'tree' : 'entry',
        after: undefined,
      })),
      maxChanges: 1000,
      moves: true,
      lookup: (path) => differenceAt(sources, path),
      walk: (item) => startWalk(sources, item.path, item.scope, item.after),
      goneBelow: (dir, path) => goneBelow(acked, dir, path),
      holdsAny: (dir) => acked.table.list(dir, undefined, 1).length > 0,
      holdsDirectory: (path) => acked.get(path)?.kind === 'directory',
      count: (path) => acked.count(path, 1000),
      mayDelete: () => true,
      isBusy: () => false,
      waitUntil: () => undefined,
      ...changes,
    })
  }

  #see(path: string, number: number): void {
    const at = pathOf(path)
    const entry = entryOf(path, number, path.endsWith('/') ? ++this.store.counters.directory : 0)
    this.store.seen.put(this.#ids.get(parentOf(at))!, nameOf(at), entry)
    if (entry.id > 0) this.#ids.set(at, entry.id)
  }
}

export interface TestItem {
  readonly path: RawPath
  scope: Scope
  after: RawPath | undefined
}

/** Steps in words: `+` create, `~` update, `-` delete, and moves as `from > to`. */
export function told(steps: readonly Pick<Step, 'type' | 'path' | 'from'>[]): string[] {
  const signs = { create: '+', update: '~', delete: '-', move: '' } as const
  return steps.map(({ type, path, from }) => (from === undefined ? `${signs[type]}${path}` : `${from} > ${path}`))
}

export function raw(path: string): RawPath {
  return path as RawPath // ASCII
}

function pathOf(path: string): RawPath {
  return raw(path.replace(/\/$/, ''))
}

function entryOf(path: string, number: number, id: DirId): SeenEntry {
  const kind: Kind = path.endsWith('/') ? 'directory' : 'file'
  const ino = Math.floor(number)
  const stamp = Math.round(number * 100)
  return {
    ...{ kind, id, ino, stamp, content: stamp, dev: 0, birthMs: ino, nlink: 1, sizeBytes: 10 },
    ...{ mtimeMs: stamp, ctimeMs: stamp, mode: 0o644, uid: 0, gid: 0 },
  }
}
