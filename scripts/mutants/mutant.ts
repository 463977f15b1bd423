/** A mistake that an engineer could make, and that the tests have to notice. */
export interface Mutant {
  /** What goes wrong, in a few words. */
  readonly name: string
  /** The source, in its room. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** What has to hold, and then does not. */
  readonly why: string
  /** The tests run until they are stopped, which is how they notice. */
  readonly hangs?: boolean
}

/** Mistakes in one folder. */
export interface Room {
  /** From the root of the workspace. */
  readonly folder: string
  /** The tests that should notice them, and are tried first: names of files or folders, as the test runner takes them. */
  readonly tests: readonly string[]
  /** Those that are tried next, before all the others. Default: whole lives of the engine. */
  readonly next?: readonly string[]
  readonly mutants: readonly Mutant[]
}

/** The text with the mistake in it; `undefined` when what it replaces does not stand there exactly once. */
export function mutate(text: string, { find, replace }: Pick<Mutant, 'find' | 'replace'>): string | undefined {
  const at = text.indexOf(find)
  if (at < 0 || text.indexOf(find, at + 1) >= 0) return undefined
  return text.slice(0, at) + replace + text.slice(at + find.length)
}
