import type { Session } from '../handler.ts'
import { fromText, isEntryText, nameOf, parentOf, type RawPath } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'
import type { Store } from '../store/store.ts'
import type { TargetRecord } from '../store/target-record.ts'
import type { AckedTree } from '../tree/acked-tree.ts'
import type { Directories } from '../tree/directories.ts'
import { garbled, iterableOf } from './answer.ts'

export interface FirstContactOptions {
  readonly session: Session
  /** Its name, for messages. */
  readonly handler: string
  readonly signal: AbortSignal
  readonly store: Store
  readonly record: TargetRecord
  readonly acked: AckedTree
  readonly seen: SeenTable
  /** Another object after the tree was read anew. */
  directories(): Pick<Directories, 'find'>
  /** Whether what the source lacks is to be deleted. */
  readonly isDeleted: boolean
  /** Lets everything else have its turn. */
  turn(): Promise<void>
}

/** Entries between two turns; they are written down together. */
const STRETCH = 1000

/**
 * Takes into account what a target holds that we know nothing of. Returns how many entries it has that the source lacks;
 * what is in doubt differs from the source from then on, and is sent or deleted.
 */
export async function meetTarget(options: FirstContactOptions): Promise<number> {
  const { store, record, acked, seen, directories, isDeleted, turn } = options
  // An earlier attempt may have been cut short.
  if (acked.table.entries > 0) store.transaction(() => record.forget())
  const extraneous = new Set<RawPath>()
  let count = 0
  let shared: RawPath[] = []
  const writeDown = (): void => {
    for (const path of shared) acked.doubt(path)
    shared = []
  }
  for await (const entry of inventoryOf(options)) {
    const rawPath = pathOf(entry, options.handler)
    const parent = directories().find(parentOf(rawPath))
    // What both hold is in doubt as well: it may go from the source before it is sent for the first time.
    if (parent !== undefined && seen.get(parent, nameOf(rawPath)) !== undefined) shared.push(rawPath)
    else extraneous.add(rawPath)
    if (++count % STRETCH > 0) continue
    store.transaction(writeDown)
    await turn()
  }
  store.transaction(() => {
    writeDown()
    // Not before everything was told: who is asked again may decide otherwise.
    if (isDeleted) for (const path of extraneous) acked.doubt(path)
    record.met = true
    record.dirty = true
  })
  return extraneous.size
}

/** What the session says that the target holds. */
function inventoryOf({ session, handler, signal }: FirstContactOptions): AsyncIterable<unknown> | Iterable<unknown> {
  return iterableOf(session.inventory === undefined ? [] : session.inventory(signal), handler, 'inventory')
}

/** Throws when it can be the path of no entry: it might be deleted. */
function pathOf(entry: unknown, handler: string): RawPath {
  const path = (entry as { readonly path?: unknown } | undefined | null)?.path
  if (isEntryText(path)) return fromText(path)
  const what = typeof path === 'string' ? JSON.stringify(path.slice(0, 200)) : 'an entry without a path'
  throw garbled(handler, 'inventory', `told of ${what}, which is nothing below the target`)
}
