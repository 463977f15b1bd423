import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { type Mount, MOUNT_LIST, parseMounts } from '../model/mount-list.ts'
import { fromText } from '../model/path.ts'

/** Where a directory is, whatever it is called: symbolic links and bind mounts give one directory many names. */
export interface Whereabouts {
  /** Free of symbolic links. */
  readonly path: string
  /** The file system and the path in it. */
  readonly own: Region
  /** This, and what is mounted below. */
  readonly all: readonly Region[]
}

interface Region {
  readonly device: string
  readonly path: string
}

/** How two directories lie to each other, told of the first one. */
export type Relation = 'same' | 'inside' | 'around'

/** Of a directory that need not exist yet. */
export function whereaboutsOf(directory: string): Whereabouts {
  const real = realPlace(directory)
  const mounts = listMounts()
  const own = regionOf(fromText(real), mounts)
  const below = mounts.filter(({ point }) => point !== real && isInside(point, fromText(real)))
  return { path: real, own, all: [own, ...below.map(({ device, root }) => ({ device, path: root }))] }
}

/** `undefined` when they have nothing to do with each other. */
export function relationOf(one: Whereabouts, other: Whereabouts): Relation | undefined {
  if (isSame(one.own, other.own)) return 'same'
  if (holds(other, one)) return 'inside'
  return holds(one, other) ? 'around' : undefined
}

function holds(outer: Whereabouts, inner: Whereabouts): boolean {
  return outer.all.some(({ device, path: at }) => device === inner.own.device && isInside(inner.own.path, at))
}

function isSame(one: Region, other: Region): boolean {
  return one.device === other.device && one.path === other.path
}

/** The innermost mount counts, and of those at one point the last. */
function regionOf(real: string, mounts: readonly Mount[]): Region {
  let found: Mount | undefined
  for (const mount of mounts) {
    if (isInside(real, mount.point) && (found === undefined || mount.point.length >= found.point.length)) found = mount
  }
  if (found === undefined) return { device: '', path: real }
  return { device: found.device, path: path.posix.join(found.root, path.posix.relative(found.point, real)) }
}

function listMounts(): Mount[] {
  try {
    return parseMounts(readFileSync(MOUNT_LIST, 'latin1'))
  } catch {
    return [] // not Linux: bind mounts are not known then
  }
}

/** The real path; of what does not exist yet, below the real path of the nearest directory above it that does. */
function realPlace(given: string): string {
  const missing: string[] = []
  for (let at = path.resolve(given); ; at = path.dirname(at)) {
    try {
      return path.join(realpathSync(at), ...missing)
    } catch {
      missing.unshift(path.basename(at))
      if (at === path.dirname(at)) return path.resolve(given)
    }
  }
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep)
}
