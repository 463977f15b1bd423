import type { Answers, Sheet } from './sheet.ts'

/** Does what is small at the target: right here for a local directory, through a shell elsewhere. One call at a time. */
export interface Hand {
  /** It can do nothing more. */
  readonly isOver: boolean
  /**
   * Opens the root, after making it when `make` says so. Resolves to what became of it: `ready`, its absolute path free of links (bytes,
   * one character each), its mark, and user and group that write there; or `unmade` or `closed` with a reason, `nodirectory`,
   * `missing`; or `unable`, when the hand cannot work there.
   */
  open(root: string, make: boolean, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Works a sheet off between two looks at the root: it is one and the same all the time, or `DestinationGone` is thrown.
   * Throws {@link HandLost} when it has broken off.
   */
  perform(sheet: Sheet, signal: AbortSignal): Promise<Answers>
  close(): void
}

/** It broke off on the way; nobody knows how far it came. */
export class HandLost extends Error {}
