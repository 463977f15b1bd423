import { hash } from 'node:crypto'
import type { Batch, Change, Stat } from '../handler.ts'
import { fromText, toText } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'
import type { Step } from './step.ts'

/** A batch as its handler gets it. The id follows from the changes, so the same changes have the same id at any time. */
export function toBatch(target: string, steps: readonly Step[], reason: Batch['reason'], attempt: number): Batch {
  let text: string = fromText(target)
  for (const { type, path, from, seen } of steps) text += `${type}\0${path}\0${from ?? ''}\0${seen?.stamp ?? ''}\0`
  // In one call: a hash object costs a single change more than a look at its file.
  return { id: hash('sha1', Buffer.from(text, 'latin1')).slice(0, 20), reason, attempt, changes: steps.map(toChange) }
}

function toChange({ type, path, from, seen, acked }: Step): Change {
  const previousKind = acked === undefined ? 'none' : acked.kind
  if (seen === undefined) {
    const kind =
      acked !== undefined && acked.kind !== 'unknown' ? acked.kind : acked !== undefined && acked.id > 0 ? 'directory' : 'file'
    return { type, path: toText(path), kind, previousKind, content: false, recursive: false }
  }
  const content = seen.kind !== 'directory' && (acked?.content !== seen.content || acked.kind !== seen.kind)
  const change = {
    type,
    path: toText(path),
    kind: seen.kind,
    previousKind,
    content,
    recursive: false,
    stat: statOf(seen),
  } as const
  return from === undefined ? change : { ...change, from: toText(from) }
}

function statOf({ sizeBytes, mtimeMs, mode, uid, gid }: SeenEntry): Stat {
  return { sizeBytes, mtimeMs, mode, uid, gid }
}
