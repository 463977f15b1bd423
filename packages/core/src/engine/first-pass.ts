import { type DirId, ROOT_DIR } from '../model/entry.ts'
import { isUtf8, joinPath, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { TargetSpec } from '../model/task.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import type { AckedTree } from '../tree/acked-tree.ts'

interface Parts {
  readonly store: Store
  readonly record: TargetRecord
  readonly acked: AckedTree
}

/** First contact without a first pass: the target is taken to hold what the source holds. What it cannot hold is left out. */
export function takeAsHeld({ store, record, acked }: Parts, { capabilities }: TargetSpec['handler']): void {
  const queue: { readonly dir: DirId; readonly path: RawPath }[] = [{ dir: ROOT_DIR, path: ROOT_PATH }]
  store.transaction(() => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const row of store.seen.list(next.dir)) {
        const isHeld = row.kind === 'directory' || capabilities.kinds.includes(row.kind)
        const path = joinPath(next.path, row.name)
        if (!isHeld || (!capabilities.byteNames && !isUtf8(path))) continue
        acked.put(path, row)
        if (row.id > 0) queue.push({ dir: row.id, path })
      }
    }
    record.met = true
    record.dirty = true
  })
}

/** Everything that a target holds is sent once more; what the source has lost meanwhile is still deleted. */
export function doubtAll({ store, record, acked }: Parts): void {
  const queue: { readonly dir: DirId; readonly path: RawPath }[] = [{ dir: ROOT_DIR, path: ROOT_PATH }]
  store.transaction(() => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const row of acked.table.list(next.dir)) {
        const path = joinPath(next.path, row.name)
        acked.doubt(path)
        if (row.id > 0) queue.push({ dir: row.id, path })
      }
    }
    record.dirty = true
  })
}
