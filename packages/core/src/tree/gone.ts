import type { Difference } from '../model/difference.ts'
import type { DirId } from '../model/entry.ts'
import { joinPath, type RawPath } from '../model/path.ts'
import type { AckedTree } from './acked-tree.ts'

/** What a target still holds below a directory that has gone, deepest first, without the directory itself. */
export function* goneBelow(acked: AckedTree, dir: DirId, path: RawPath): Generator<Difference, void> {
  for (
    let page = acked.table.list(dir, undefined, PAGE);
    page.length > 0;
    page = acked.table.list(dir, page.at(-1)!.name, PAGE)
  ) {
    for (const row of page) {
      const below = joinPath(path, row.name)
      if (row.id > 0) yield* goneBelow(acked, row.id, below)
      yield { path: below, seen: undefined, acked: row }
    }
  }
}

const PAGE = 256
