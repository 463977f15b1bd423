import type { Kind } from '../../../src/model/entry.ts'
import type { RawPath } from '../../../src/model/path.ts'
import type { Rules } from '../../../src/model/task.ts'

/** Rules that exclude every entry of one name, or none. */
export function simulatedRules(excluded: string | undefined): Rules {
  return {
    fingerprint: excluded ?? '',
    wants: (path: RawPath, _kind: Kind) => excluded === undefined || !path.split('/').includes(excluded),
  }
}
