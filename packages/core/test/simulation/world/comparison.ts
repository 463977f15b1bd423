import { isUtf8, type RawPath } from '../../../src/model/path.ts'
import type { Inode } from './inode.ts'
import { ROOT } from './disk.ts'
import type { Held } from './holding.ts'
import type { Target } from './target.ts'
import type { World } from './world.ts'

/** Where a target differs from what it should hold by now. */
export function differences(world: World, target: Target): string[] {
  const expected = wanted(world, target)
  const found: string[] = []
  for (const [path, inode] of expected) {
    const held = target.holding.entries.get(path)
    const difference = held === undefined ? 'missing' : differs(inode, held)
    if (difference !== undefined) found.push(`${target.name}: ${path} ${difference}`)
  }
  for (const [path, { readAt }] of target.holding.entries) {
    const isStranger = readAt === 0 && world.history.setting.task.extraneous === 'keep'
    if (!expected.has(path) && !isStranger) found.push(`${target.name}: ${path} is there, and not in the source`)
  }
  return found
}

function wanted(world: World, { setting }: Target): Map<string, Inode> {
  const { capabilities } = setting
  const entries = new Map<string, Inode>()
  for (const [absolute, inode] of world.source()) {
    // Names of the simulated disk are raw.
    const path = absolute.slice(ROOT.length + 1) as RawPath
    if (!world.rules.wants(path, inode.kind) || capabilities.kinds?.includes(inode.kind) !== true) continue
    if (capabilities.byteNames === true || isUtf8(path)) entries.set(path, inode)
  }
  return entries
}

function differs(inode: Inode, held: Held): string | undefined {
  if (inode.kind !== held.kind) return `is a ${held.kind}, not a ${inode.kind}`
  if (inode.kind !== 'directory' && inode.version !== held.version) return `has content ${held.version}, not ${inode.version}`
  if (inode.mode !== held.mode || inode.uid !== held.uid)
    return `has mode ${held.mode} of ${held.uid}, not ${inode.mode} of ${inode.uid}`
  if (inode.kind !== 'directory' && inode.mtimeMs !== held.mtimeMs) return `has time ${held.mtimeMs}, not ${inode.mtimeMs}`
  return undefined
}
