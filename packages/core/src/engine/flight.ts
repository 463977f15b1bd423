import { parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'

/** Paths of batches that have been sent and not come back. */
export interface Flight {
  /** Returns a mark of this moment, for {@link Flight.isDisturbed}. */
  add(paths: Iterable<RawPath>): number
  delete(paths: Iterable<RawPath>): void
  /** Whether the path, or a directory above it, or something below it, is on its way. */
  isBusy(path: RawPath): boolean
  /** Something happened at this path while it, or something below it, may be on its way. */
  disturb(path: RawPath): void
  /** Whether that was so at or above a path in flight since a mark: what was moved away and back looks as if nothing had happened. */
  isDisturbed(path: RawPath, since: number): boolean
}

export function createFlight(): Flight {
  const paths = new Map<RawPath, number>()
  /** Paths in flight and all directories above them. */
  const near = new Map<RawPath, number>()
  /** When each of them was last disturbed. */
  const disturbed = new Map<RawPath, number>()
  let moment = 0
  return {
    add(added) {
      for (const path of added) {
        paths.set(path, (paths.get(path) ?? 0) + 1)
        for (const at of upwards(path)) near.set(at, (near.get(at) ?? 0) + 1)
      }
      return moment
    },
    delete(removed) {
      for (const path of removed) {
        decrease(paths, path)
        for (const at of upwards(path)) if (decrease(near, at) === 0) disturbed.delete(at)
      }
    },
    isBusy(path) {
      if (paths.size === 0) return false
      for (const at of upwards(path)) if (paths.has(at)) return true
      return near.has(path)
    },
    disturb(path) {
      if (near.has(path)) disturbed.set(path, ++moment)
    },
    isDisturbed(path, since) {
      if (disturbed.size === 0) return false
      for (const at of upwards(path)) if ((disturbed.get(at) ?? 0) > since) return true
      return false
    },
  }
}

/** The path, and every directory above it up to the root. */
function* upwards(path: RawPath): Generator<RawPath, void> {
  for (let at = path; at !== ''; at = parentOf(at)) yield at
  yield ROOT_PATH
}

function decrease(counts: Map<RawPath, number>, path: RawPath): number {
  const count = counts.get(path)! - 1
  if (count === 0) counts.delete(path)
  else counts.set(path, count)
  return count
}
