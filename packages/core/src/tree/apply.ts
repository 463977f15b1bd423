import { type DirId, type Observation, ROOT_DIR, sameIdentity } from '../model/entry.ts'
import type { Scope } from '../model/difference.ts'
import { parentOf, type RawPath, ROOT_PATH } from '../model/path.ts'
import { LIMBO, type SeenEntry, type SeenRow } from '../model/seen.ts'
import { RACY_MS, type TreeContext } from './context.ts'
import { type Finding, isAppeared, isVanished, lookAt, type News, newsOf } from './finding.ts'
import type { Limbo } from './limbo.ts'
import { lookAtLinks, updateLinks } from './links.ts'
import { distrust } from './look-options.ts'
import { guardMount, isMountPoint } from './mount-points.ts'

export interface ApplyOptions {
  /** Reads a directory, and when `deep` all below it. `new`: until now nobody told what is written in it; `moved`: it was renamed. */
  readonly scan: (dir: DirId, deep: boolean, as?: 'new' | 'moved') => void
  /** Whether to tell of single entries; a whole new listing is told of at once. */
  readonly quiet: boolean
  /** Told of directories that were not where they were known to be: what was looked for in them was looked for in vain. */
  readonly misplaced?: (dir: DirId) => void
}

/** Brings findings into the seen state: first all that left, then all that came, so that renames, chains and swaps meet. */
export function applyFindings(context: TreeContext, limbo: Limbo, findings: readonly Finding[], options: ApplyOptions): void {
  // Looked at before and after: what was looked for in a root that was away would have vanished.
  if (findings.some((finding) => finding.dir === ROOT_DIR && isVanished(finding))) context.guard(ROOT_PATH)
  const known = confirmed(context, withoutStrangers(context, limbo, findings, options), options)
  const vanished = known.filter(isVanished)
  for (const finding of vanished) guardMount(context, finding)
  if (known.some((finding) => finding.dir === ROOT_DIR && (isVanished(finding) || isAppeared(finding)))) context.guard(ROOT_PATH)
  const lost: { readonly row: SeenEntry; readonly content: boolean }[] = []
  for (const { dir, name, path, row, content } of vanished) {
    const current = context.table.get(dir, name)
    if (current === undefined || !sameIdentity(current, row!)) continue // a later look has dealt with it
    const wasFile = row!.kind === 'file'
    limbo.detach(dir, name, path, row!.id, wasFile && content)
    if (!wasFile || row!.nlink === 1) continue
    context.departures.note(dir, name, row!)
    lost.push({ row: row!, content })
  }
  // Not before all are away: what was written through one of their names holds for the others, wherever they turn up.
  for (const { row, content } of lost) lookAtLinks(context, limbo, row, content || limbo.hasStray)
  for (const finding of known) {
    if (finding.disk === undefined) continue
    // Where something is known by now, a later look has put it there.
    const row = context.table.get(finding.dir, finding.name)
    if (row !== undefined) update(context, limbo, finding, row, options)
    else if (isAppeared(finding)) place(context, limbo, finding, options)
  }
}

/** What has vanished is looked for once more, now that its directory is known to be in its place: that may just have come back. */
function confirmed(context: TreeContext, findings: readonly Finding[], options: ApplyOptions): Finding[] {
  const known: Finding[] = []
  for (const finding of findings) {
    const { dir, name, path, row, content, moved } = finding
    const look = { ...distrust(Infinity), content, moved }
    const found = isVanished(finding) ? lookAt(context, dir, parentOf(path), name, row, look) : finding
    if (typeof found === 'object') known.push(found)
    else options.misplaced?.(dir)
    if (found === 'same' && row!.id > 0) options.scan(row!.id, true) // whoever wanted to read it did not find it
  }
  return known
}

/**
 * Entries seem to have vanished when the directory at their path is another one by now, too: moved, replaced, or a mount came or
 * went. Then it is the directory that is looked at, from above.
 */
function withoutStrangers(
  context: TreeContext,
  limbo: Limbo,
  findings: readonly Finding[],
  options: ApplyOptions,
): readonly Finding[] {
  const strange = new Set<DirId>()
  for (const dir of new Set(findings.filter(isVanished).map((finding) => finding.dir))) {
    if (dir !== ROOT_DIR && !isInPlace(context, dir)) strange.add(dir)
  }
  for (const dir of strange) {
    lookFromAbove(context, limbo, dir, options)
    options.misplaced?.(dir)
  }
  return strange.size === 0 ? findings : findings.filter((finding) => !strange.has(finding.dir))
}

/** Whether the directory at a seen directory's path is that one. */
export function isInPlace(context: TreeContext, dir: DirId): boolean {
  const place = context.directories.placeOf(dir)
  const row = place && context.table.get(place.parent, place.name)
  const path = context.directories.pathOf(dir)
  if (row === undefined || path === undefined) return false
  try {
    const disk = context.fs.look(`${context.root}/${path}` as RawPath)
    return disk !== undefined && sameIdentity(disk, row)
  } catch {
    return false
  }
}

/** A directory is not where it was: its parent's entry tells what became of it; `later`: hinted at when that cannot be looked at. */
export function lookFromAbove(
  context: TreeContext,
  limbo: Limbo,
  dir: DirId,
  options: ApplyOptions,
  later: Parameters<TreeContext['again']>[0] = { type: 'tree', dir },
): void {
  const place = context.directories.placeOf(dir)
  if (place === undefined) return context.guard(ROOT_PATH)
  const parentPath = context.directories.pathOf(place.parent)
  const row = context.table.get(place.parent, place.name)
  if (parentPath === undefined || row === undefined) return // whoever saw it go has dealt with it
  const found = lookAt(context, place.parent, parentPath, place.name, row, distrust(Infinity))
  if (typeof found === 'object') applyByTheWay(context, limbo, found, options)
  else if (found === 'same') options.scan(dir, true) // it is back, or could not be looked at a moment ago
  else if (found === 'unknown') context.again(later)
}

function place(context: TreeContext, limbo: Limbo, finding: Finding, options: ApplyOptions): void {
  const { dir, name, path } = finding
  const disk = finding.disk!
  const twin = findTwin(context, limbo, finding, disk, options)
  const stamp = ++context.counters.stamp
  if (twin === undefined) {
    const id = disk.kind === 'directory' ? ++context.counters.directory : 0
    context.table.put(dir, name, { ...disk, id, stamp, content: stamp }, null)
    tell(context, options, path, 'entry')
    if (id > 0) {
      if (isMountPoint(context, dir, disk)) context.mountMet(path)
      context.directories.set(id, dir, name)
      options.scan(id, true, 'new')
    } else if (disk.nlink > 1) {
      const written = finding.content || (finding.moved && context.departures.hasStray)
      updateLinks(context, limbo, finding, disk, written)
    }
    return
  }
  const left = limbo.release(twin.name)
  if (twin.kind === 'file') context.departures.note(left.dir, left.name, disk)
  context.table.move(twin.parent, twin.name, dir, name)
  // Without a time of birth it may be another file in the same inode.
  const isUnsure = limbo.hasStray || (disk.birthMs === 0 && isRecent(context, disk))
  const written =
    finding.content || left.written || isUnsure || twin.sizeBytes !== disk.sizeBytes || twin.mtimeMs !== disk.mtimeMs
  const content = twin.kind === 'directory' || !written ? twin.content : stamp
  context.table.put(dir, name, { ...disk, id: twin.id, stamp, content })
  context.touch(left.path, 'tree')
  context.touch(path, 'tree')
  if (twin.id > 0) {
    context.directories.set(twin.id, dir, name)
    // Hints from inside may have been read under the old path: what is below is looked at once more.
    options.scan(twin.id, true, 'moved')
  } else if (disk.nlink > 1) updateLinks(context, limbo, finding, disk, content === stamp)
}

/** A hint of a write under the old name may still be on its way, and be of no use by then. */
function isRecent({ counters }: TreeContext, { mtimeMs }: Observation): boolean {
  return mtimeMs >= counters.horizonMs - RACY_MS
}

/** The row of the same file or directory, in limbo: the place that it has left. */
function findTwin(
  context: TreeContext,
  limbo: Limbo,
  { dir, name }: Finding,
  disk: Observation,
  options: ApplyOptions,
): SeenRow | undefined {
  // A link that is made anew in the inode of another shows that by nothing; to follow one would save nothing, either.
  if (disk.kind !== 'file' && disk.kind !== 'directory') return undefined
  // What was born after everything was last known cannot have been seen elsewhere, but in this very round.
  if (limbo.size === 0 && disk.birthMs > 0 && disk.birthMs >= context.counters.horizonMs) return undefined
  const twins = (): SeenRow[] =>
    context.table
      .byInode(disk.ino)
      .filter((row) => sameIdentity(row, disk) && !(row.id > 0 && context.directories.isWithin(dir, row.id)))
  const known = twins()
  const inLimbo = known.find((row) => row.parent === LIMBO)
  if (inLimbo !== undefined) return inLimbo
  for (const row of known) {
    if (row.parent === dir && row.name === name) continue
    if (hasLeft(context, limbo, row, disk, options)) return twins().find(({ parent }) => parent === LIMBO)
  }
  return undefined
}

/** Looks at the place of a row that was met elsewhere, and takes in what has become of it: it may hold something else by now. */
function hasLeft(context: TreeContext, limbo: Limbo, row: SeenRow, disk: Observation, options: ApplyOptions): boolean {
  const parentPath = context.directories.pathOf(row.parent)
  if (parentPath === undefined) return false // below what is in limbo itself
  const look = { ...distrust(Infinity), content: isRecent(context, disk) }
  const found = lookAt(context, row.parent, parentPath, row.name, row, look)
  if (typeof found !== 'object' || !isVanished(found)) return false
  applyByTheWay(context, limbo, found, options)
  return true
}

/** What was met while something else was looked for. The time of its directory may have been taken in with what has gone again. */
function applyByTheWay(context: TreeContext, limbo: Limbo, found: Finding, options: ApplyOptions): void {
  let news = newsOf(context, found, 'none')
  const misplaced = (dir: DirId): void => {
    // What was found missing in a directory that was elsewhere is no news of it.
    if (dir === found.dir) news = 'passed'
    options.misplaced?.(dir)
  }
  applyFindings(context, limbo, [found], { ...options, quiet: false, misplaced })
  if (found.dir !== ROOT_DIR) settleDirectory(context, found.dir, news)
}

function update(context: TreeContext, limbo: Limbo, finding: Finding, row: SeenEntry, options: ApplyOptions): void {
  const { dir, name, path, content } = finding
  const disk = finding.disk!
  if (!sameIdentity(row, disk)) return // it has just turned up elsewhere
  const stamp = ++context.counters.stamp
  context.table.put(dir, name, { ...disk, id: row.id, stamp, content: content ? stamp : row.content }, row)
  tell(context, options, path, 'entry')
  if (disk.nlink > 1 && row.id === 0) updateLinks(context, limbo, finding, disk, content)
}

/**
 * Times of a directory follow its entries: a change of them alone is told only when targets are not told of an entry that came or
 * went; and when that had been meant to tell it, but has passed. Returns whether the directory is still in its place.
 */
export function settleDirectory(context: TreeContext, dir: DirId, news: News): boolean {
  const place = context.directories.placeOf(dir)
  if (place === undefined) return true
  const row = context.table.get(place.parent, place.name)
  const path = context.directories.pathOf(dir)
  if (row === undefined || path === undefined) return true
  let disk: Observation | undefined
  try {
    disk = context.fs.look(`${context.root}/${path}` as RawPath)
  } catch {
    context.again({ type: 'directory', dir })
    return true
  }
  if (disk === undefined || !sameIdentity(row, disk)) return false
  const metadata = row.mode !== disk.mode || row.uid !== disk.uid || row.gid !== disk.gid
  if (!metadata && row.mtimeMs === disk.mtimeMs && news !== 'passed') return true
  const tells = metadata || news !== 'told'
  const entry: SeenEntry = { ...disk, id: dir, stamp: tells ? ++context.counters.stamp : row.stamp, content: row.content }
  context.table.put(place.parent, place.name, entry, row)
  if (tells) context.touch(path, 'entry')
  return true
}

function tell(context: TreeContext, { quiet }: ApplyOptions, path: RawPath, scope: Scope): void {
  if (!quiet) context.touch(path, scope)
}
