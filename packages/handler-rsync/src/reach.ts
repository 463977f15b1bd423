import { bytesOf, parentOf } from './path.ts'
import type { Rsync } from './rsync.ts'

/**
 * Those of the paths that nothing but directories lead to at the target. rsync would delete through a link; behind one, or below a file,
 * there is nothing of ours.
 */
export async function inReach(rsync: Rsync, paths: readonly string[], signal: AbortSignal): Promise<Set<string>> {
  const ways = new Map(paths.map((path) => [path, directoriesAbove(bytesOf(path))]))
  const directories = await rsync.directoriesAmong(new Set([...ways.values()].flat()), signal)
  return new Set(paths.filter((path) => ways.get(path)!.every((each) => directories.has(each))))
}

function directoriesAbove(path: string): string[] {
  const above: string[] = []
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) above.push(at)
  return above
}
