import type { DirId, Observation } from './entry.ts'
import type { RawPath } from './path.ts'

/** What the source looked like at a path when it was last looked at. */
export interface SeenEntry extends Observation {
  /** The directory's id; 0 for everything else. */
  readonly id: DirId
  /** Grows with each difference that was seen here; equal stamps mean nothing changed. */
  readonly stamp: number
  /** The stamp of the last difference that may have touched the bytes. */
  readonly content: number
}

export interface SeenRow extends SeenEntry {
  readonly parent: DirId
  readonly name: RawPath
}

/** The seen state, a directory at a time. Rows of {@link LIMBO} are entries that have left their place in this round. */
export interface SeenTable {
  get(parent: DirId, name: RawPath): SeenEntry | undefined
  /** Rows of a directory by name, from behind `after`. */
  list(parent: DirId, after?: RawPath, limit?: number): SeenRow[]
  /** `before`: what is taken to stand there now, `null` for nothing; it saves work when it is right, and does no harm when not. */
  put(parent: DirId, name: RawPath, entry: SeenEntry, before?: Pick<SeenEntry, 'ino'> | null): void
  remove(parent: DirId, name: RawPath): void
  /** Gives a row another place, and with it, for a directory, everything below. The place must be free. False: no such row. */
  move(parent: DirId, name: RawPath, toParent: DirId, toName: RawPath): boolean
  /** Removes all rows of a directory, not those below its directories; returns the ids of these, and the files with other names. */
  removeListing(parent: DirId): { readonly directories: DirId[]; readonly linked: SeenRow[] }
  /** Of the directories in a directory, what tells whether something is mounted there. */
  directoriesIn(parent: DirId): Pick<SeenRow, 'id' | 'dev' | 'name'>[]
  /** Id, parent and name of every directory, in no order. */
  directories(): [DirId, DirId, RawPath][]
  byInode(ino: number): SeenRow[]
  /** Entries in the tree, without the root. */
  readonly entries: number
}

/** Parent of rows that have left their place and may turn up elsewhere. */
export const LIMBO: DirId = 0
