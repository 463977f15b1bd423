import type { RawPath } from '../model/path.ts'

/** A rule's word about a path. */
export interface Verdict {
  readonly wanted: boolean
  /** What the rule matched: the path itself, or an excluded directory above it. */
  readonly at: RawPath
  /** Because everything below `at` is excluded, not because the rule matched `at` itself. */
  readonly contents: boolean
  readonly rule: RuleOrigin
}

export type RuleOrigin =
  /** `pattern` as written in the config; `index` in its `rules`, from 0. */
  | { readonly type: 'config'; readonly index: number; readonly include: boolean; readonly pattern: string }
  /** `pattern` is raw, with its `!`; `line` from 1. */
  | { readonly type: 'file'; readonly path: RawPath; readonly line: number; readonly pattern: string }
