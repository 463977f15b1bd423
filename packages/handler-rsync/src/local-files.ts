import fs from 'node:fs'
import { bytes, type Held } from './held.ts'
import type { SetMtime } from './native.ts'
import { nameOf } from './path.ts'
import type { Attributes, Step } from './sheet.ts'

type Of<What extends Step['do']> = Extract<Step, { readonly do: What }>

/**
 * Files, links and attributes in directories of this machine. Writes only what differs, so that two that copy to each other come to
 * rest.
 */
export class LocalFiles {
  readonly #setMtime: SetMtime

  constructor(setMtime: SetMtime) {
    this.#setMtime = setMtime
  }

  file(open: Held, step: Of<'file'>): void {
    const { content, attributes } = step
    const place = open.place(nameOf(step.path))
    const stat = fs.lstatSync(bytes(place), STAT)
    if (stat?.isFile() && Number(stat.size) === content.length && isLike(stat, attributes) && holds(place, content)) return
    this.#arrive(open, step, (temp) => {
      const fd = fs.openSync(bytes(temp), NEW, 0o600)
      try {
        fs.writeFileSync(fd, content)
        giveAway(attributes, undefined, (uid, gid) => fs.fchownSync(fd, uid, gid))
        fs.fchmodSync(fd, attributes.mode)
      } finally {
        fs.closeSync(fd)
      }
    })
  }

  link(open: Held, step: Of<'link'>): void {
    const { text, attributes } = step
    const place = open.place(nameOf(step.path))
    const stat = fs.lstatSync(bytes(place), STAT)
    if (stat?.isSymbolicLink() && isLike(stat, attributes) && fs.readlinkSync(bytes(place), 'latin1') === text) return
    this.#arrive(open, step, (temp) => {
      fs.symlinkSync(bytes(text), bytes(temp))
      giveAway(attributes, undefined, (uid, gid) => fs.lchownSync(bytes(temp), uid, gid))
    })
  }

  /** Of a file whose content is right. */
  attributes(open: Held, { path, attributes }: Of<'attributes'>): void {
    const file = open.entry(nameOf(path))
    try {
      if (!file.stat.isFile()) throw new Error('is no file')
      this.settle(file, attributes)
    } finally {
      file.close()
    }
  }

  settle(held: Held, attributes: Attributes): void {
    giveAway(attributes, held.stat, (uid, gid) => fs.chownSync(held.self, uid, gid))
    if (modeOf(held.stat) !== attributes.mode) fs.chmodSync(held.self, attributes.mode)
    this.time(held, attributes.mtimeNs)
  }

  time(held: Held, mtimeNs: bigint): void {
    if (held.stat.mtimeNs !== mtimeNs) this.#setMtime(held.self, mtimeNs, 'follow')
  }

  /** What `make` makes under another name takes its place in one step. */
  #arrive(open: Held, { temp, path, attributes }: Of<'file' | 'link'>, make: (temp: string) => void): void {
    const waiting = open.place(temp)
    try {
      make(waiting)
      this.#setMtime(waiting, attributes.mtimeNs, 'itself')
      fs.renameSync(bytes(waiting), bytes(open.place(nameOf(path))))
    } catch (error) {
      discard(waiting)
      throw error
    }
  }
}

function holds(place: string, content: Uint8Array): boolean {
  const fd = fs.openSync(bytes(place), READ)
  try {
    return fs.readFileSync(fd).equals(content)
  } finally {
    fs.closeSync(fd)
  }
}

function isLike(stat: fs.BigIntStats, attributes: Attributes): boolean {
  if (stat.mtimeNs !== attributes.mtimeNs || (!stat.isSymbolicLink() && modeOf(stat) !== attributes.mode)) return false
  let isOurs = true
  giveAway(attributes, stat, () => (isOurs = false))
  return isOurs
}

/** Owner and group as wanted; not called when an entry that `stat` was told of has them already. */
function giveAway({ user, group }: Attributes, stat: fs.BigIntStats | undefined, give: (uid: number, gid: number) => void): void {
  const [uid, gid] = [user, group].map((id) => (id === undefined ? AS_IT_IS : Number(id))) as [number, number]
  const has = (id: number, held: bigint | undefined): boolean => id === AS_IT_IS || (held !== undefined && BigInt(id) === held)
  if (!has(uid, stat?.uid) || !has(gid, stat?.gid)) give(uid, gid)
}

function modeOf({ mode }: fs.BigIntStats): number {
  return Number(mode) & 0o7777
}

function discard(place: string): void {
  try {
    fs.unlinkSync(bytes(place))
  } catch {
    // It was never made, or has its place already; what cannot be removed now is looked for later.
  }
}

const STAT = { bigint: true, throwIfNoEntry: false } as const
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants
const NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
/** What `chown` leaves alone. */
const AS_IT_IS = 0xffff_ffff
