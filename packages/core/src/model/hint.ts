import type { DirId } from './entry.ts'
import type { RawPath } from './path.ts'

/** Where to look. Never a fact: what is there is found out by looking. */
export type Hint =
  | EntryHint
  /** Entries of a directory may have changed, or its own attributes. */
  | { readonly type: 'directory'; readonly dir: DirId }
  /** Anything below a directory may have changed. */
  | { readonly type: 'tree'; readonly dir: DirId }
  | LostHint
  /** Something happened to the root itself. */
  | { readonly type: 'root'; readonly state: 'gone' | 'replaced' | 'unmounted' }

/** Hints were lost below a directory: as `tree`, and no equal `lstat` of a recent file is believed. */
interface LostHint {
  readonly type: 'lost'
  readonly dir: DirId
  readonly why: LostReason
  /** Wall time from which a file is recent. Default: a little before everything was last known. */
  readonly suspectFromMs?: number
}

/** One entry may have changed. */
export interface EntryHint {
  readonly type: 'entry'
  readonly dir: DirId
  readonly name: RawPath
  /** Bytes were written, so an equal `lstat` is not believed. */
  readonly content: boolean
  /** The writer has not closed it yet: a look may wait a moment for the rest. Default false. */
  readonly writing?: boolean
  /** It was renamed, perhaps away and back: hints from below a directory may have been looked for where it was not. Default false. */
  readonly moved?: boolean
  /** Something was made there: what looks like the entry that was known may be another one, in its inode and its tick of the clock. Default false. */
  readonly made?: boolean
  /** Wall time from which a file that looks equal is not believed. Default: it is believed. */
  readonly suspectFromMs?: number
}

type LostReason = 'overflow' | 'limit' | 'unresolved' | 'error' | 'clock'

/** What a monitor may ask of the tree. */
export interface DirectoryIndex {
  /** Path of a directory below the root; `undefined` when the tree knows it no more. */
  pathOf(dir: DirId): RawPath | undefined
  /** The deepest directory that the tree knows on the way to `path`, and whether it is `path` itself. */
  nearest(path: RawPath): { readonly dir: DirId; readonly exact: boolean }
}
