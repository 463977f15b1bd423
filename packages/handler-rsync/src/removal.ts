import type { Change } from '@clsync/core/handler'
import { keepsBackups, type RsyncOptions } from './options.ts'
import type { Pass } from './pass.ts'
import { bytesOf, depthOf, isWithin, nameOf, parentOf } from './path.ts'
import { inReach } from './reach.ts'
import { Sheet } from './sheet.ts'

/**
 * Deletes at the target. A directory goes only when it is empty: what is left in it was not put there by clsync and stays,
 * directory and all. Changes come deepest first.
 */
export async function applyDeletes(pass: Pass, deletes: readonly Change[]): Promise<void> {
  if (deletes.length === 0) return
  const { target, options } = pass.place
  for (const { path, previousKind } of deletes) {
    pass.touch(path)
    if (previousKind === 'unknown') pass.touchAbove(path)
    pass.touched.delete(path)
  }
  if (target.hasHand && !keepsBackups(options)) await removeByHand(pass, deletes)
  else await removeByRsync(pass, deletes)
}

/** Whether deletions of a batch are wanted. */
export function deletesIn({ delete: when }: RsyncOptions, reason: Pass['batch']['reason']): boolean {
  if (when === 'startup') return reason !== 'change'
  if (when === 'running') return reason === 'change'
  return when === 'always'
}

async function removeByHand(pass: Pass, deletes: readonly Change[]): Promise<void> {
  for (const group of groupsOf(deletes)) {
    const sheet = new Sheet()
    sheet.add({
      do: 'remove',
      directory: bytesOf(parentOf(group[0]!.path)),
      names: group.map((change) => nameOf(bytesOf(change.path))),
    })
    const answers = await pass.place.target.perform(sheet, pass.signal)
    if (answers.shut !== undefined) for (const { path } of group) fail(pass, path, answers.shut)
    else for (const [number, change] of group.entries()) settle(pass, change, answers.left.get(number))
  }
}

/** Deletes that follow each other in one directory, at most so many that they fit into one command. */
function groupsOf(deletes: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  for (const change of deletes) {
    const group = groups.at(-1)
    const fits = group !== undefined && group.length < GROUP && parentOf(group[0]!.path) === parentOf(change.path)
    if (fits) group.push(change)
    else groups.push([change])
  }
  return groups
}

/** From an empty source, where all of them are missing. One level of directories at a time, as rsync would not wait for what is in them. */
async function removeByRsync(pass: Pass, deletes: readonly Change[]): Promise<void> {
  const { rsync } = pass.place
  const ours = await inReach(
    rsync,
    deletes.map(({ path }) => path),
    pass.signal,
  )
  for (const change of deletes) if (!ours.has(change.path)) settle(pass, change, undefined)
  for (const level of levelsOf(deletes.filter(({ path }) => ours.has(path)))) {
    const complaints = await rsync.delete(
      level.map((change) => change.path),
      pass.signal,
    )
    const left = new Map<string, string>()
    for (const { path: place, kind, text } of complaints) {
      if (kind === 'vanished') continue
      for (const change of level) {
        if (place === undefined || isWithin(change.path, place))
          left.set(change.path, kind === 'kept' ? 'Directory not empty' : text)
      }
    }
    for (const change of level) settle(pass, change, left.get(change.path))
  }
}

/** What is no directory first, then directories, deepest first. */
function levelsOf(deletes: readonly Change[]): Change[][] {
  const levels = new Map<number, Change[]>()
  for (const change of deletes) {
    const level = change.kind === 'directory' ? depthOf(change.path) : Infinity
    levels.set(level, [...(levels.get(level) ?? []), change])
  }
  return [...levels].toSorted(([a], [b]) => b - a).map(([, level]) => level)
}

/** Takes note of one path: gone, or left for a reason. */
function settle(pass: Pass, change: Change, reason: string | undefined): void {
  const { undeleted, context } = pass.place
  const { path } = change
  if (reason === undefined) {
    undeleted.delete(path)
    pass.gone(change)
  } else if (!/not empty|File exists/u.test(reason)) fail(pass, path, reason)
  else if ([...undeleted].some((left) => left !== path && isWithin(left, path)))
    fail(pass, path, 'it still holds entries that could not be deleted')
  else {
    undeleted.delete(path)
    context.log.warn('a directory is kept at the target: it holds entries that clsync did not put there', { path })
  }
}

function fail(pass: Pass, path: string, reason: string): void {
  pass.place.undeleted.add(path)
  pass.fail(path, new Error(`"${path}" cannot be deleted at the target: ${reason}`))
}

const GROUP = 500
