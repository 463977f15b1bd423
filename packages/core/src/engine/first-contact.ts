import type { Session } from '../handler.ts'
import { fromText, nameOf, parentOf, type RawPath } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import type { AckedTree } from '../tree/acked-tree.ts'
import type { Directories } from '../tree/directories.ts'

export interface FirstContactOptions {
  readonly session: Session
  readonly signal: AbortSignal
  readonly store: Store
  readonly record: TargetRecord
  readonly acked: AckedTree
  readonly seen: SeenTable
  readonly directories: Pick<Directories, 'find'>
  /** Whether what the source lacks is to be deleted. */
  readonly isDeleted: boolean
}

/**
 * Takes into account what a target holds that we know nothing of. Returns how many entries it has that the source lacks;
 * what is in doubt differs from the source from then on, and is sent or deleted.
 */
export async function meetTarget(options: FirstContactOptions): Promise<number> {
  const { session, signal, store, record, acked, seen, directories, isDeleted } = options
  let extraneous = 0
  const doubtful: RawPath[] = []
  if (session.inventory !== undefined) {
    for await (const { path } of session.inventory(signal)) {
      const rawPath = fromText(path)
      const parent = directories.find(parentOf(rawPath))
      const isKnown = parent !== undefined && seen.get(parent, nameOf(rawPath)) !== undefined
      if (!isKnown) extraneous++
      // What both hold is in doubt as well: it may go from the source before it is sent for the first time.
      if (isKnown || isDeleted) doubtful.push(rawPath)
    }
  }
  store.transaction(() => {
    for (const path of doubtful) acked.doubt(path)
    record.met = true
    record.dirty = true
  })
  return extraneous
}
