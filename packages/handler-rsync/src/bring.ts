import type { Change } from '@clsync/core/handler'
import type { Purpose } from './arguments.ts'
import { concernsAll } from './complaints.ts'
import { type Item, mayBeThere } from './item.ts'
import type { Pass } from './pass.ts'
import { isWithin } from './path.ts'
import { bringSmall } from './small.ts'
import type { Look } from './source.ts'

/** Makes the target hold what the source has at these paths now, and sets the times of directories that were changed. */
export async function bringAll(pass: Pass, changes: readonly Change[]): Promise<void> {
  const items = lookAtAll(pass, changes)
  for (const { change } of items) {
    pass.touch(change.path)
    // A run that broke off may have been the last to write into these.
    if (change.previousKind === 'unknown') pass.touchAbove(change.path)
  }
  pass.touchUntimed()
  const left = await bringSmall(pass, items)
  if (left === undefined) return
  const listed = [...left, ...directoriesToTime(pass, left)]
  for (const purpose of ['compare', 'verify', 'bring'] as const) {
    const group = listed.filter((item) => purposeFor(pass, item) === purpose)
    if (group.length > 0) await bringByRsync(pass, purpose, group)
  }
  if (pass.isBeside) await setTimesAgain(pass, left)
}

/** Another batch may have written into the same directories meanwhile: the last to set a time does so as it is now. */
async function setTimesAgain(pass: Pass, items: readonly Item[]): Promise<void> {
  for (const { change } of items) pass.touchAbove(change.path)
  if ((await bringSmall(pass, [])) !== undefined) await bringByRsync(pass, 'compare', directoriesToTime(pass, []))
}

function lookAtAll(pass: Pass, changes: readonly Change[]): Item[] {
  const items: Item[] = []
  pass.place.source.forget()
  for (const change of changes) {
    try {
      const look = pass.place.source.look(change.path)
      if (look === undefined) pass.stale.push(change.path)
      else if (look.kind === 'other')
        throw new Error(`"${change.path}" is neither a file nor a directory nor a symbolic link any more`)
      else items.push({ change, ...look })
    } catch (error) {
      pass.fail(change.path, error)
    }
  }
  return items
}

/** Directories that nothing of the list lies in directly, so that rsync would not set their times. */
function directoriesToTime(pass: Pass, items: readonly Item[]): Item[] {
  const listed = new Set(items.map(({ change }) => change.path))
  const directories: Item[] = []
  for (const path of pass.touched) {
    if (path === '' || listed.has(path) || items.some((item) => isWithin(item.change.path, path))) continue
    const look = pass.lookAtTouched(path)
    if (look === undefined) continue
    directories.push({
      change: { type: 'update', path, kind: 'directory', previousKind: 'directory', content: false, recursive: false },
      ...look,
    })
  }
  return directories
}

function purposeFor(pass: Pass, item: Item): Purpose {
  const { change, kind, stat } = item
  if (kind === 'directory' || (kind === 'file' && change.kind === 'file' && !change.content)) return 'compare'
  if (pass.batch.reason === 'resync' || mayBeThere(item, stat)) return 'verify'
  const isFirst = pass.batch.reason === 'initial' && change.previousKind === 'none' && pass.place.trustsTarget
  return isFirst ? 'compare' : 'bring'
}

async function bringByRsync(pass: Pass, purpose: Purpose, items: readonly Item[]): Promise<void> {
  const { rsync, context, target, source } = pass.place
  const paths = items.map(({ change }) => change.path)
  const complaints = await rsync.run(purpose, context.root, paths, pass.signal)
  await target.look(pass.signal)
  const failed = new Map<string, string>()
  const vanished = new Set<string>()
  for (const { path, kind, text } of complaints) {
    if (kind !== 'vanished' && concernsAll(text)) throw new Error(text)
    for (const each of paths) {
      if (path !== undefined && !isWithin(each, path)) continue
      if (kind === 'vanished') vanished.add(each)
      else failed.set(each, text)
    }
  }
  source.forget()
  const inBatch = new Set(pass.batch.changes.map(({ path }) => path))
  for (const { change, kind } of items) {
    const { path } = change
    if (!inBatch.has(path)) continue
    const reason = failed.get(path)
    if (reason !== undefined) pass.fail(path, new Error(reason))
    else if (vanished.has(path) || isOther(pass, path, kind)) pass.stale.push(path)
  }
}

/** Whether the source holds something of another kind by now, so that nobody knows what was sent. */
function isOther(pass: Pass, path: string, kind: Look['kind']): boolean {
  return pass.place.source.look(path)?.kind !== kind
}
