import type { HandlerContext } from '@clsync/core/handler'
import type { Bucket } from './bucket.ts'
import type { Conditions } from './conditions.ts'
import type { HeaderRules } from './header-rules.ts'
import type { Holdings } from './holdings.ts'
import type { Keys } from './keys.ts'
import type { Memory } from './memory.ts'
import type { S3Options } from './options.ts'

/** One source and one place in a bucket, with what is needed to bring the second to the first. */
export interface Target {
  /** Absolute, without symbolic links. */
  readonly source: string
  readonly options: S3Options
  readonly keys: Keys
  readonly rules: HeaderRules
  readonly bucket: Bucket
  readonly holdings: Holdings
  readonly conditions: Conditions
  readonly memory: Memory
  readonly log: HandlerContext['log']
  progress(bytes: number): void
}
