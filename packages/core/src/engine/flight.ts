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
  /** Directories above paths in flight, and of how many. */
  const above = new Map<RawPath, number>()
  /** When each of them was last disturbed. */
  const disturbed = new Map<RawPath, number>()
  let moment = 0
  const isNear = (path: RawPath): boolean => paths.has(path) || above.has(path)
  return {
    add(added) {
      for (const path of added) paths.set(path, (paths.get(path) ?? 0) + 1)
      for (const [directory, count] of byDirectory(added))
        for (const at of upwards(directory)) above.set(at, (above.get(at) ?? 0) + count)
      return moment
    },
    delete(removed) {
      for (const path of removed) decrease(paths, path, 1)
      for (const [directory, count] of byDirectory(removed)) for (const at of upwards(directory)) decrease(above, at, count)
      for (const path of disturbed.keys()) if (!isNear(path)) disturbed.delete(path)
    },
    isBusy(path) {
      if (paths.size === 0) return false
      for (const at of upwards(path)) if (paths.has(at)) return true
      return above.has(path)
    },
    disturb(path) {
      if (isNear(path)) disturbed.set(path, ++moment)
    },
    isDisturbed(path, since) {
      if (disturbed.size === 0) return false
      for (const at of upwards(path)) if ((disturbed.get(at) ?? 0) > since) return true
      return false
    },
  }
}

/** How many of the paths lie in each directory. */
function byDirectory(paths: Iterable<RawPath>): Map<RawPath, number> {
  const counts = new Map<RawPath, number>()
  for (const path of paths) {
    const directory = path === ROOT_PATH ? ROOT_PATH : parentOf(path)
    counts.set(directory, (counts.get(directory) ?? 0) + 1)
  }
  return counts
}

/** The path, and every directory above it up to the root. */
function* upwards(path: RawPath): Generator<RawPath, void> {
  for (let at = path; at !== ''; at = parentOf(at)) yield at
  yield ROOT_PATH
}

function decrease(counts: Map<RawPath, number>, path: RawPath, by: number): void {
  const count = counts.get(path)! - by
  if (count === 0) counts.delete(path)
  else counts.set(path, count)
}
