import type { Change } from '@clsync/core/handler'
import { toBytes } from './bytes.ts'

/** Lines for rsync's `--include-from` that make it look at these paths, with the directories on the way there, and at nothing else. */
export function rsyncIncludes(changes: readonly Pick<Change, 'path'>[]): Buffer {
  const lines = new Set<string>()
  for (const { path } of changes) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) lines.add(pattern(path.slice(0, slash)))
    lines.add(pattern(path))
  }
  return toBytes([...lines].map((line) => `${line}\n`).join(''))
}

/**
 * The pattern for one path. rsync reads a backslash as an escape only in a pattern that has a wildcard in it. A line cannot hold a newline
 * nor end in a carriage return; there stands the wildcard for one character, and whatever else it matches is only looked at as well.
 */
function pattern(path: string): string {
  if (!/[*?[\n\r]/u.test(path)) return `/${path}`
  return `/${path.replaceAll(/[*?[\]\\]/gu, String.raw`\$&`).replaceAll(/[\n\r]/gu, '?')}`
}
