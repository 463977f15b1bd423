import fs from 'node:fs'
import type { Clock } from '../model/clock.ts'
import { type RawPath, toFsPath } from '../model/path.ts'

/**
 * Whether there are at least `enough` directories at and below `root`. Level by level, and given up, with no, after `withinMs`: on
 * a cold disk nobody should wait for this.
 */
export function hasDirectories(root: RawPath, enough: number, { clock, withinMs }: { clock: Clock; withinMs: number }): boolean {
  const until = clock.monotonic() + withinMs
  const found = [root]
  for (const directory of found) {
    if (found.length >= enough) return true
    if (clock.monotonic() > until) return false
    for (const name of directoriesIn(directory)) found.push(`${directory}/${name}` as RawPath)
  }
  return found.length >= enough
}

function directoriesIn(directory: RawPath): string[] {
  try {
    const entries = fs.readdirSync(toFsPath(directory), { withFileTypes: true, encoding: 'latin1' })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch {
    return [] // gone, or not for us to read
  }
}
