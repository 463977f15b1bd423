import fs from 'node:fs'
import { type InventoryEntry, nameText } from '@clsync/core/handler'
import { codeOf } from './failure.ts'
import { joinPath } from './path.ts'
import type { Root } from './root.ts'

/**
 * Everything in the target but its trash; parents before what they hold. Follows no link. A temporary file that nobody remembers, as
 * the state was lost with it, is a stranger like any other.
 */
export function* inventory(root: Root, trash: string | undefined, signal: AbortSignal): Generator<InventoryEntry> {
  const waiting = ['']
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    signal.throwIfAborted()
    for (const entry of list(root, directory)) {
      const path = joinPath(directory, nameText(entry.name))
      if (path === trash) continue
      const kind = kindOf(entry)
      if (kind === 'directory') waiting.push(path)
      yield { path, kind }
    }
    root.forget()
  }
}

function list(root: Root, directory: string): fs.Dirent<Buffer>[] {
  try {
    return fs.readdirSync(root.place(directory), { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    // Removed since it was listed; or, in a dry run, not made yet.
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function kindOf(entry: fs.Dirent<Buffer>): InventoryEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}
