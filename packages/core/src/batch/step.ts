import type { AckedEntry } from '../model/acked.ts'
import type { Difference } from '../model/difference.ts'
import type { RawPath } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'

/** A change as the engine knows it: with the seen entry that is acked when it has arrived. */
export interface Step {
  readonly type: 'create' | 'update' | 'delete' | 'move'
  readonly path: RawPath
  readonly from: RawPath | undefined
  readonly seen: SeenEntry | undefined
  readonly acked: AckedEntry | undefined
}

export function stepFor({ path, seen, acked }: Difference): Step {
  const type = seen === undefined ? 'delete' : acked === undefined ? 'create' : 'update'
  return { type, path, from: undefined, seen, acked }
}
