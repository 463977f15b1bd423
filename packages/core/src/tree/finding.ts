import { type DirId, type Observation, sameIdentity, sameObservation } from '../model/entry.ts'
import { joinPath, type RawPath } from '../model/path.ts'
import type { SeenEntry } from '../model/seen.ts'
import { sameSignature } from '../model/signature.ts'
import type { TreeContext } from './context.ts'
import { type LookOptions, withOwed } from './look-options.ts'
import { isBeyondMount } from './mount-points.ts'

/** A difference between the seen state and the disk at one name. */
export interface Finding {
  readonly dir: DirId
  readonly name: RawPath
  readonly path: RawPath
  /** What was seen before. */
  readonly row: SeenEntry | undefined
  /** What is there now and wanted. */
  readonly disk: Observation | undefined
  /** Whether the bytes may differ although nothing else says so; of what has vanished, whether they were written before. */
  readonly content: boolean
  /** Whether it was told that something was renamed from here or to here. */
  readonly moved: boolean
}

/** `vanished`: gone or another file in its place; `appeared`: the reverse; both: replaced. */
export function isVanished({ row, disk }: Finding): boolean {
  return row !== undefined && (disk === undefined || !sameIdentity(row, disk))
}

export function isAppeared({ row, disk }: Finding): boolean {
  return disk !== undefined && (row === undefined || !sameIdentity(row, disk))
}

/**
 * What came of the entries of a directory: targets are `told` that one came or went, and so change the directory; or one that they
 * might have been told of before went with no trace (`passed`); or neither.
 */
export type News = 'told' | 'passed' | 'none'

/** What a further finding adds. */
export function newsOf(context: TreeContext, finding: Finding, before: News): News {
  if (before === 'told' || isTold(context, finding)) return 'told'
  return isVanished(finding) ? 'passed' : before
}

/** What is not synced at all, and what goes before targets were told of it, leaves nothing but another time of its directory. */
function isTold(context: TreeContext, finding: Finding): boolean {
  if (isAppeared(finding)) return finding.disk?.kind !== 'other'
  return isVanished(finding) && context.isHeld(finding.path)
}

/** A finding, or `same`, or `absent` when it is neither known nor there (it was, a moment ago), or `unknown` when it could not be looked at, and is owed a look. */
export type Look = Finding | 'same' | 'absent' | 'unknown'

/** Looks at one name; again later when that fails. */
export function lookAt(
  context: TreeContext,
  dir: DirId,
  parentPath: RawPath,
  name: RawPath,
  row: SeenEntry | undefined,
  options: LookOptions,
): Look {
  const path = joinPath(parentPath, name)
  const look = withOwed(context, dir, name, options)
  const { content: wasWritten, suspectFromMs, moved = false, made = false } = look
  let disk: Observation | undefined
  try {
    disk = context.fs.look(`${context.root}/${path}` as RawPath)
  } catch (error) {
    context.problem(path, error)
    context.again({ type: 'entry', dir, name, content: wasWritten, suspectFromMs, moved, made })
    return 'unknown'
  }
  context.solved(path)
  if (disk !== undefined && (!context.rules.wants(path, disk.kind) || isBeyondMount(context, dir, disk))) disk = undefined
  if (disk === undefined) return row === undefined ? 'absent' : { dir, name, path, row, disk, content: wasWritten, moved }
  if (row === undefined || !sameIdentity(row, disk)) {
    // Renames move the ctime; what was written since then has a new mtime, or hides in its tick.
    return { dir, name, path, row, disk, content: wasWritten || disk.mtimeMs >= suspectFromMs, moved }
  }
  if (context.signature !== undefined && sameSignature(context.signature, row, disk)) return 'same'
  const content = row.kind !== 'directory' && bytesMayDiffer(context, row, disk, look)
  if (!content && sameObservation(row, disk)) return 'same'
  return { dir, name, path, row, disk, content, moved }
}

function bytesMayDiffer(context: TreeContext, row: SeenEntry, disk: Observation, options: LookOptions): boolean {
  const { content, suspectFromMs, ctimeMeansContent, moved = false, made = false } = options
  return (
    content ||
    moved ||
    made ||
    row.sizeBytes !== disk.sizeBytes ||
    row.mtimeMs !== disk.mtimeMs ||
    (ctimeMeansContent && row.ctimeMs !== disk.ctimeMs) ||
    (disk.ctimeMs >= suspectFromMs && context.isAhead?.(disk.ctimeMs) !== true)
  )
}
