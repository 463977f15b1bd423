import type fs from 'node:fs'
import type { Kind } from '../handler.ts'

/** What was seen of an entry of the source. */
export interface Seen {
  readonly kind: Kind
  readonly stat: fs.BigIntStats
  /** Of a file's content: a rewrite within one tick of the file system's clock shows in nothing else. */
  readonly hash: string | undefined
}
