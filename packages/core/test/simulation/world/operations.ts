import { type Disk, ROOT } from './disk.ts'
import type { Inode } from './inode.ts'

/** One thing that somebody does. Its numbers pick among what there is when its turn comes. */
export interface Operation {
  readonly type: OperationType
  /** Time since the one before. */
  readonly gapMs: number
  readonly a: number
  readonly b: number
  readonly c: number
}

export type FileOperation = keyof typeof FILE_OPERATIONS
type ProcessOperation =
  | 'crash'
  | 'crash-at-commit'
  | 'crash-at-call'
  | 'stop'
  | 'pause'
  | 'resume'
  | 'idle'
  | 'lose-state'
  | 'clock'
export type OperationType = FileOperation | ProcessOperation

/** Does a file operation; returns what was done, for the story. */
export function operate(disk: Disk, type: FileOperation, { a, b, c }: Operation): string {
  const work = FILE_OPERATIONS[type]
  const at = pathOf(disk, a)
  const to = pathOf(disk, b)
  const done = work(disk, at, to, c)
  return `${type} ${relative(at)}${work.length > 2 ? ` ${relative(to)}` : ''}${done ? '' : ' (nothing)'}`
}

export function isFileOperation(type: OperationType): type is FileOperation {
  return Object.hasOwn(FILE_OPERATIONS, type)
}

const NAMES = ['a', 'b', 'c', 'd', 'x', '\xff']
/** Sizes that meet again and again. */
const SIZES = [0, 10, 10, 20, 40]

/** Operations by name. `to` is a second path, `n` a number to choose by. */
const FILE_OPERATIONS = {
  create: (disk: Disk, at: string, _to: string, n: number) => disk.create(at, 'file', { sizeBytes: sizeOf(n) }),
  write: (disk: Disk, at: string, _to: string, n: number) => overwrite(disk, existing(disk, at, 'file', n), sizeOf(n) || 10),
  rewrite(disk: Disk, at: string, _to: string, n: number) {
    const path = existing(disk, at, 'file', n)
    return overwrite(disk, path, disk.find(path)?.sizeBytes || 10)
  },
  /** As `touch -r` does: the bytes are new, the time is old. */
  stealth(disk: Disk, at: string, _to: string, n: number) {
    const path = existing(disk, at, 'file', n)
    const { mtimeMs, nlink } = disk.find(path) ?? {}
    if (nlink !== 1 && disk.isHidden(path)) return false // no look at the other names can tell
    if (!isInSeen(disk, path)) return false // nor does anybody watch its directory
    return disk.write(path, disk.find(path)?.sizeBytes || 10) && disk.setAttributes(path, { mtimeMs: mtimeMs! })
  },
  truncate: (disk: Disk, at: string, _to: string, n: number) => disk.write(existing(disk, at, 'file', n), 0),
  /** As editors save. */
  replace(disk: Disk, at: string, _to: string, n: number) {
    const path = existing(disk, at, 'file', n)
    const temporary = `${path}~`
    return (
      disk.create(temporary, 'file', { sizeBytes: sizeOf(n) }) &&
      (disk.rename(temporary, path) || (disk.remove(temporary), false))
    )
  },
  rename: (disk: Disk, at: string, to: string, n: number) => disk.rename(existing(disk, at, undefined, n), to),
  'rename-over': (disk: Disk, at: string, to: string, n: number) =>
    disk.rename(existing(disk, at, undefined, n), existing(disk, to, undefined, n >> 3)),
  'rename-directory': (disk: Disk, at: string, to: string, n: number) => disk.rename(existing(disk, at, 'directory', n), to),
  'rename-back'(disk: Disk, at: string, to: string, n: number) {
    const path = existing(disk, at, undefined, n)
    return disk.rename(path, to) && disk.rename(to, path)
  },
  'rename-recreate'(disk: Disk, at: string, to: string, n: number) {
    const path = existing(disk, at, undefined, n)
    return disk.rename(path, to) && (n % 2 === 0 ? disk.create(path, 'file', { sizeBytes: sizeOf(n) }) : disk.mkdir(path))
  },
  exchange: (disk: Disk, at: string, to: string, n: number) =>
    disk.exchange(existing(disk, at, undefined, n), existing(disk, to, undefined, n >> 3)),
  mkdir: (disk: Disk, at: string) => disk.mkdir(at),
  /** mkdir -p and a file in it. */
  grow(disk: Disk, at: string, to: string, n: number) {
    if (!disk.mkdir(at)) return false
    const below = `${at}/${to.split('/').at(-1)}`
    disk.mkdir(below)
    disk.create(`${below}/${NAMES[n % 3]}`, 'file', { sizeBytes: sizeOf(n) })
    return disk.create(`${at}/${NAMES[n % 4]}`, 'file', { sizeBytes: sizeOf(n >> 2) })
  },
  remove: (disk: Disk, at: string, _to: string, n: number) => disk.remove(existing(disk, at, undefined, n)),
  'remove-tree': (disk: Disk, at: string, _to: string, n: number) => removeTree(disk, existing(disk, at, 'directory', n)),
  /** Gone and there again at once, often with the same inode number. */
  recreate(disk: Disk, at: string, _to: string, n: number) {
    const path = existing(disk, at, undefined, n)
    const kind = disk.find(path)?.kind
    if (kind === undefined || !removeTree(disk, path)) return false
    return disk.create(path, kind, { sizeBytes: n % 3 === 0 ? 10 : 20, link: NAMES[n % NAMES.length]! })
  },
  'change-kind'(disk: Disk, at: string, _to: string, n: number) {
    const path = existing(disk, at, undefined, n)
    const kind = (['file', 'directory', 'symlink', 'other'] as const)[n % 4]!
    return removeTree(disk, path) && disk.create(path, kind, { sizeBytes: 10, link: NAMES[n % NAMES.length]! })
  },
  symlink: (disk: Disk, at: string, _to: string, n: number) =>
    disk.create(at, 'symlink', { sizeBytes: 1, link: NAMES[n % NAMES.length]! }),
  fifo: (disk: Disk, at: string) => disk.create(at, 'other'),
  link: (disk: Disk, at: string, to: string, n: number) => disk.link(existing(disk, at, 'file', n), to),
  chmod: (disk: Disk, at: string, _to: string, n: number) =>
    disk.setAttributes(existing(disk, at, undefined, n), { mode: 0o600 + (n % 8) }),
  chown: (disk: Disk, at: string, _to: string, n: number) => disk.setAttributes(existing(disk, at, undefined, n), { uid: n % 3 }),
  utimes: (disk: Disk, at: string, _to: string, n: number) =>
    disk.setAttributes(existing(disk, at, undefined, n), { mtimeMs: 1000 * (n % 5) + disk.clock }),
  mount: (disk: Disk, at: string, _to: string, n: number) => disk.mount(existing(disk, at, 'directory', n)),
  unmount: (disk: Disk, at: string, _to: string, n: number) => disk.unmount(existing(disk, at, 'directory', n)),
  lock: (disk: Disk, at: string, _to: string, n: number) => disk.setLocked(existing(disk, at, 'directory', n), true),
  unlock: (disk: Disk) => unlockAll(disk),
  'write-mapped': (disk: Disk, at: string, _to: string, n: number) => disk.writeMapped(existing(disk, at, 'file', n)),
  unmap: (disk: Disk) => disk.unmap(),
  'move-out': (disk: Disk, at: string, _to: string, n: number) =>
    disk.rename(existing(disk, at, undefined, n), `${OUTSIDE}/${NAMES[n % NAMES.length]}`),
  'move-in': (disk: Disk, at: string, _to: string, n: number) => disk.rename(outside(disk, n), at),
  'grow-outside'(disk: Disk, _at: string, _to: string, n: number) {
    const path = outside(disk, n)
    return disk.create(disk.find(path)?.kind === 'directory' ? `${path}/${NAMES[n % 3]}` : path, 'file', { sizeBytes: sizeOf(n) })
  },
  'write-outside': (disk: Disk, _at: string, _to: string, n: number) => disk.write(outside(disk, n), 10),
  'root-cover': (disk: Disk) => disk.mount(ROOT),
  'root-uncover': (disk: Disk) => disk.unmount(ROOT),
  'root-away': (disk: Disk) => disk.rename(ROOT, AWAY),
  'root-back': (disk: Disk) => restoreRoot(disk),
  'root-replace': (disk: Disk) => disk.rename(ROOT, AWAY) && disk.mkdir(ROOT),
  'root-empty': (disk: Disk) =>
    [...(disk.find(ROOT)?.entries?.keys() ?? [])].every((name) => removeTree(disk, `${ROOT}/${name}`)),
}

const AWAY = '/away'
/** On the same disk, and watched by nobody. */
export const OUTSIDE = '/outside'

export function unlockAll(disk: Disk): boolean {
  const locked = walk(disk.find(ROOT), ROOT).filter(([, { isLocked }]) => isLocked)
  for (const [path] of locked) disk.setLocked(path, false)
  return locked.length > 0
}

/** Something that was moved out; else a path where there is nothing. */
function outside(disk: Disk, n: number): string {
  const names = [...(disk.find(OUTSIDE)?.entries?.keys() ?? [])]
  return `${OUTSIDE}/${names[n % Math.max(1, names.length)] ?? 'nothing'}`
}

/** Puts the first root back where it was. */
export function restoreRoot(disk: Disk): boolean {
  if (disk.find(AWAY) === undefined) return false
  if (disk.find(ROOT) === undefined) disk.rename(AWAY, ROOT)
  else if (disk.find(AWAY) === disk.firstRoot && !disk.exchange(ROOT, AWAY)) return false
  removeTree(disk, AWAY)
  return true
}

/** Not to the same size through a name that nobody looks at: only times tell the other names of that, and not within a tick. */
function overwrite(disk: Disk, path: string, sizeBytes: number): boolean {
  const inode = disk.find(path)
  if (inode !== undefined && inode.nlink > 1 && inode.sizeBytes === sizeBytes && disk.isHidden(path)) return false
  return disk.write(path, sizeBytes)
}

function removeTree(disk: Disk, path: string): boolean {
  for (const name of disk.find(path)?.entries?.keys() ?? []) removeTree(disk, `${path}/${name}`)
  return disk.remove(path)
}

function sizeOf(n: number): number {
  return SIZES[n % SIZES.length]!
}

/** A path of at most three names, below a directory that exists when there is one on the way. */
function pathOf(disk: Disk, n: number): string {
  const directories = [
    ROOT,
    ...walk(disk.find(ROOT), ROOT)
      .filter(([path, { kind }]) => kind === 'directory' && path.split('/').length < 5)
      .map(([path]) => path),
  ]
  return `${directories[n % directories.length]}/${NAMES[(n >> 5) % NAMES.length]}`
}

/** `path`, or, seldom nothing like it, something that exists. */
/** Whether the directory of a path is one that somebody has seen. */
function isInSeen(disk: Disk, path: string): boolean {
  const above = path.slice(0, path.lastIndexOf('/'))
  const directory = disk.find(above)
  return above === ROOT || (directory !== undefined && disk.isSeen(directory))
}

function existing(disk: Disk, path: string, kind: Inode['kind'] | undefined, n: number): string {
  const fits = (inode: Inode | undefined): boolean => inode !== undefined && (kind === undefined || inode.kind === kind)
  if (fits(disk.find(path))) return path
  const all = walk(disk.find(ROOT), ROOT).filter(([, inode]) => fits(inode))
  return all[n % Math.max(1, all.length)]?.[0] ?? path
}

/** Everything below an inode, with its path. */
export function walk(inode: Inode | undefined, path: string): [string, Inode][] {
  const found: [string, Inode][] = []
  for (const [name, entry] of inode?.entries ?? []) {
    const child = entry.mounted ?? entry
    found.push([`${path}/${name}`, child], ...walk(child, `${path}/${name}`))
  }
  return found
}

function relative(path: string): string {
  return path.slice(ROOT.length + 1)
}
