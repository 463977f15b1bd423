import type { Listed } from './temp-names.ts'

/** Attributes to set. */
export interface Attributes {
  /** As the commands take them: a name or a number. */
  readonly user?: string
  readonly group?: string
  /** Permission bits. */
  readonly mode: number
  readonly mtimeNs: bigint
}

/** One thing to be done at the target. Paths and names are bytes, one character each; `''` is the root. */
export type Step =
  /** A new file, put in the place of what is at `path` in one step. */
  | ({ readonly do: 'file'; readonly path: string; readonly content: Uint8Array } & Arrival)
  /** A link, put in the place of what is at `path` in one step. */
  | ({ readonly do: 'link'; readonly path: string; readonly text: string } & Arrival)
  /** Owner, mode and time of a file whose content is right. */
  | { readonly do: 'attributes'; readonly path: string; readonly attributes: Attributes }
  /** A directory, for us alone until it is settled; a file or link in its place goes. */
  | { readonly do: 'directory'; readonly path: string }
  /** Owner, mode and time of a directory. */
  | { readonly do: 'settle'; readonly path: string; readonly attributes: Attributes }
  /** The time of a directory that entries came to or went from. */
  | { readonly do: 'time'; readonly path: string; readonly mtimeNs: bigint }
  /** Removes files, links and empty directories from one directory; at most one of these on a sheet. */
  | { readonly do: 'remove'; readonly directory: string; readonly names: readonly string[] }
  /** Renames. An empty directory, a file or a link in the new place goes. */
  | { readonly do: 'move'; readonly from: string; readonly path: string }
  /** Tells the files and links in a directory whose names begin with a dot and hold another. */
  | { readonly do: 'list'; readonly directory: string }
  /** Tells the time. */
  | { readonly do: 'clock' }

interface Arrival {
  /** The name under which it waits, in the same directory. */
  readonly temp: string
  readonly attributes: Attributes
  /** The target may hold the very same already: then it is left alone. */
  readonly mayBeThere: boolean
}

/** What is to be done at the target, written down step by step. */
export class Sheet {
  readonly steps: Step[] = []

  /** Returns the step's number. */
  add(step: Step): number {
    return this.steps.push(step) - 1
  }
}

/** What has become of the steps of a sheet, by their numbers. */
export class Answers {
  readonly ok = new Set<number>()
  /** Moves whose origin was gone and whose place was taken. */
  readonly moved = new Set<number>()
  /** Moves that were not possible, and why. */
  readonly unmoved = new Map<number, string>()
  /** What could not be removed, by its place among the names, and why. */
  readonly left = new Map<number, string>()
  /** Why the directory of what is to be removed could not be entered. */
  shut: string | undefined
  /** What was listed, by the number of the step. */
  readonly listed = new Map<number, Listed[]>()
  /** The second that it is at the target; `undefined` when its clock is that of this machine. */
  clockS: number | undefined
}
