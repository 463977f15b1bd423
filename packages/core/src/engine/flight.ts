import { isWithin, parentOf, type RawPath } from '../model/path.ts'

/** Paths of batches that have been sent and not come back. */
export interface Flight {
  add(paths: Iterable<RawPath>): void
  delete(paths: Iterable<RawPath>): void
  /** Whether the path, or a directory above it, or (`below`) something below it, is on its way. */
  isBusy(path: RawPath, below: boolean): boolean
}

export function createFlight(): Flight {
  const paths = new Map<RawPath, number>()
  return {
    add(added) {
      for (const path of added) paths.set(path, (paths.get(path) ?? 0) + 1)
    },
    delete(removed) {
      for (const path of removed) {
        const count = paths.get(path)! - 1
        if (count === 0) paths.delete(path)
        else paths.set(path, count)
      }
    },
    isBusy(path, below) {
      if (paths.size === 0) return false
      for (let at = path; ; at = parentOf(at)) {
        if (paths.has(at)) return true
        if (at === '') break
      }
      if (!below) return false
      for (const other of paths.keys()) if (isWithin(other, path)) return true
      return false
    },
  }
}
