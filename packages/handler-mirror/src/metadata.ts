import fs from 'node:fs'
import type { FsPath, Native } from './native.ts'

/** What is asked of a new file before it is finished. */
export type Made = Pick<fs.Stats, 'uid' | 'gid' | 'mode'>

/** Sets modes, owners and times, each only when it differs. */
export class Metadata {
  readonly #native: Native | undefined
  readonly #xattrs: boolean
  /** Only root may give files away. */
  readonly #ownership = process.geteuid?.() === 0

  constructor(native: Native | undefined, xattrs: boolean) {
    this.#native = native
    this.#xattrs = xattrs
  }

  /** Finishes an open new file: owner, mode, then time. `path` is where it lies, `source` what it is a copy of. */
  finishFile(fd: number, path: FsPath, source: FsPath, want: fs.BigIntStats): void {
    this.#setOwnerAndModeOf(fd, fs.fstatSync(fd), want)
    this.#carryXattrs(source, path)
    this.#setTime(fd, want)
  }

  /** The same for a file that has no name yet, whose owner and mode are known; see {@link Metadata.name}. */
  finishUnnamed(fd: number, have: Made, want: fs.BigIntStats): void {
    this.#setOwnerAndModeOf(fd, have, want)
    this.#setTime(fd, want)
  }

  /** How a finished file without a name gets one; `undefined` when files need their names before that. */
  get name(): Native['link'] | undefined {
    return this.#xattrs ? undefined : this.#native?.link
  }

  #setOwnerAndModeOf(fd: number, have: Made, want: fs.BigIntStats): void {
    const given = this.#ownership && (have.uid !== Number(want.uid) || have.gid !== Number(want.gid))
    if (given) fs.fchownSync(fd, Number(want.uid), Number(want.gid))
    const mode = Number(want.mode) & PERMISSIONS
    // Giving a file away clears its set-id bits.
    if (given || (have.mode & PERMISSIONS) !== mode) fs.fchmodSync(fd, mode)
  }

  /** Brings the entry at `path`, which looks like `have`, to `want`. Never follows a link. */
  finishEntry(path: FsPath, source: FsPath, have: fs.BigIntStats, want: fs.BigIntStats): void {
    this.#setOwnerAndMode(path, have, want)
    this.#carryXattrs(source, path)
    if (have.mtimeNs !== want.mtimeNs) this.#setTime(path, want)
  }

  /** The same for a directory when no more entries are made in it. `whole`: not its time alone. */
  finishDirectory(path: FsPath, source: FsPath, have: fs.BigIntStats, want: fs.BigIntStats, whole: boolean): void {
    // What is read-only in the source may have been opened up for us, by a run that did not get to close it again.
    const opened = (Number(want.mode) & OWNER_ALL) !== OWNER_ALL
    if (whole || opened) this.#setOwnerAndMode(path, have, want)
    if (whole) this.#carryXattrs(source, path)
    if (have.mtimeNs !== want.mtimeNs) this.#setTime(path, want)
  }

  /** Whether two modification times are the same, as exactly as this machine can set them. */
  sameTime(a: bigint, b: bigint): boolean {
    if (this.#native !== undefined) return a === b
    const apart = a - b
    return apart < ROUGH_NS && apart > -ROUGH_NS
  }

  #setOwnerAndMode(path: FsPath, have: fs.BigIntStats, want: fs.BigIntStats): void {
    const given = this.#ownership && (have.uid !== want.uid || have.gid !== want.gid)
    if (given) fs.lchownSync(path, Number(want.uid), Number(want.gid))
    const mode = Number(want.mode) & PERMISSIONS
    if (!want.isSymbolicLink() && (given || (Number(have.mode) & PERMISSIONS) !== mode)) fs.chmodSync(path, mode)
  }

  #setTime(entry: number | FsPath, want: fs.BigIntStats): void {
    if (this.#native !== undefined) this.#native.setMtime(entry, want.mtimeNs)
    // Node takes seconds as a double, which falls short by up to a quarter of a microsecond.
    else if (typeof entry === 'number') fs.futimesSync(entry, new Date(), Number(want.mtimeNs) / 1e9)
    else fs.lutimesSync(entry, new Date(), Number(want.mtimeNs) / 1e9)
  }

  #carryXattrs(from: FsPath, to: FsPath): void {
    const native = this.#native
    if (!this.#xattrs || native === undefined) return
    const wanted = attributesOf(native, from)
    const held = attributesOf(native, to)
    for (const name of held) if (!wanted.includes(name)) native.removeXattr(to, name)
    for (const name of wanted) {
      const value = native.getXattr(from, name)
      if (!held.includes(name) || !native.getXattr(to, name).equals(value)) native.setXattr(to, name, value)
    }
  }
}

/** Those that describe the file itself; labels that a security module gives belong to the machine. */
function attributesOf(native: Native, path: FsPath): string[] {
  try {
    return native.listXattrs(path).filter((name) => name.startsWith('user.') || ACCESS_LISTS.has(name))
  } catch (error) {
    if (UNSUPPORTED.has((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

const ACCESS_LISTS = new Set(['system.posix_acl_access', 'system.posix_acl_default'])
const UNSUPPORTED = new Set(['EOPNOTSUPP', 'ENOTSUP'])
const PERMISSIONS = 0o7777
const OWNER_ALL = 0o700
const ROUGH_NS = 1000n
