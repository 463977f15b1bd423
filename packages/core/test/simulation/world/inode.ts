import type { Kind, Observation } from '../../../src/model/entry.ts'

/** A file, directory, link or fifo of the simulated disk. */
export interface Inode {
  readonly kind: Kind
  readonly dev: number
  readonly ino: number
  readonly birthMs: number
  nlink: number
  mode: number
  uid: number
  sizeBytes: number
  mtimeMs: number
  ctimeMs: number
  /** Stands for the bytes, or the link's text: equal numbers, equal bytes. 0: empty. */
  version: number
  /** Of a directory. */
  readonly entries: Map<string, Inode> | undefined
  /** Of a symlink: the name of a neighbour. */
  readonly link: string | undefined
  /** Of a directory: the root of what is mounted over it. */
  mounted: Inode | undefined
  /** Of a directory: nobody may read what is in it. */
  isLocked: boolean
}

/** What `lstat` says, and, where only the simulation looks, what the bytes were. */
export function observe(inode: Inode): Observation & { readonly [VERSION]: number; readonly [INODE]: Inode } {
  const { kind, dev, ino, birthMs, nlink, mode, uid, sizeBytes, mtimeMs, ctimeMs, version } = inode
  return { kind, dev, ino, birthMs, nlink, mode, uid, gid: 0, sizeBytes, mtimeMs, ctimeMs, [VERSION]: version, [INODE]: inode }
}

/** The version of the bytes at the time of a look. */
export const VERSION = Symbol('version')

/** The inode itself: its number may be given out again. */
export const INODE = Symbol('inode')

/** A file system: gives out inodes. */
export class Volume {
  readonly dev: number
  /** Magic number. */
  readonly type: number
  readonly #free: number[] = []
  readonly #options: VolumeOptions
  #last = 10

  constructor(dev: number, options: VolumeOptions) {
    this.dev = dev
    this.type = options.type
    this.#options = options
  }

  /** File times come in ticks: what happens within one looks simultaneous. */
  get time(): number {
    return Math.floor(this.#options.wallMs() / this.#options.tickMs) * this.#options.tickMs
  }

  make(kind: Kind, link?: string): Inode {
    const ino = (this.#options.reusesInodes ? this.#free.pop() : undefined) ?? ++this.#last
    const time = this.time
    return {
      ...{ kind, ino, link, mounted: undefined, isLocked: false, dev: this.dev, birthMs: this.#options.hasBirth ? time : 0 },
      ...{ nlink: 1, mode: kind === 'directory' ? 0o755 : 0o644, uid: 0, sizeBytes: 0, mtimeMs: time, ctimeMs: time, version: 0 },
      entries: kind === 'directory' ? new Map() : undefined,
    }
  }

  /** One name less; with the last the inode is free again. Returns whether it was the last. */
  drop(inode: Inode): boolean {
    inode.nlink--
    inode.ctimeMs = this.time
    if (inode.nlink > 0) return false
    this.#free.push(inode.ino)
    return true
  }
}

export interface VolumeOptions {
  readonly type: number
  readonly tickMs: number
  readonly reusesInodes: boolean
  readonly hasBirth: boolean
  readonly wallMs: () => number
}
