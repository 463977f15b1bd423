import type { DirId, Kind } from './entry.ts'
import type { RawPath } from './path.ts'

/** What a target has confirmed to hold at a path. Its directory ids are its own, not those of the seen tree. */
export interface AckedEntry {
  /** `unknown`: an attempt was made whose outcome nobody knows. */
  readonly kind: Kind | 'unknown'
  /** 0 for what is no directory. */
  readonly id: DirId
  /** Identity in the source of what was sent. */
  readonly dev: number
  readonly ino: number
  readonly birthMs: number
  /** Stamps of the seen entry that was sent; {@link DOUBT} when the outcome is not known. */
  readonly stamp: number
  readonly content: number
}

export interface AckedRow extends AckedEntry {
  readonly name: RawPath
}

/** The acked state of one target, a directory at a time. */
export interface AckedTable {
  get(parent: DirId, name: RawPath): AckedEntry | undefined
  list(parent: DirId, after?: RawPath, limit?: number): AckedRow[]
  /** `isNew`: nothing is taken to stand there; it saves work when that is right, and does no harm when not. */
  put(parent: DirId, name: RawPath, entry: AckedEntry, isNew?: boolean): void
  remove(parent: DirId, name: RawPath): void
  /** Removes what has nothing below it, as no directory; says whether it was that. */
  removeLeaf(parent: DirId, name: RawPath): boolean
  /** How many entries a directory has, and which of them may have entries of their own. */
  census(parent: DirId): { readonly count: number; readonly directories: DirId[] }
  move(parent: DirId, name: RawPath, toParent: DirId, toName: RawPath): void
  /** A new directory id. */
  nextId(): DirId
  readonly entries: number
  /** Grows when changes are taken back: what was remembered of rows and ids may be wrong. */
  readonly rollbacks: number
}

/** A stamp that no seen entry has. */
export const DOUBT = -1
