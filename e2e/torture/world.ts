import fs from 'node:fs'
import { bytes, show } from '../stage/tree-state.ts'
import { randomName } from './names.ts'
import { PassingNames } from './passing-names.ts'
import type { Random } from './random.ts'

/** This file of the root is never touched, as an emptied source is a reason to stop. */
export const ANCHOR = 'anchor'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_TRUNC, O_WRONLY } = fs.constants
/**
 * Ways to open a file that never wait and never follow: where a fifo or a symbolic link has taken its place, they fail. Writers work
 * as root, perhaps, and must not get out of their tree.
 */
export const OPEN = {
  write: O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW,
  append: O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW,
  edit: O_WRONLY | O_NONBLOCK | O_NOFOLLOW,
} as const

const DEEPEST = 6

type Kind = 'file' | 'directory' | 'symlink' | 'fifo'

/** Bytes of the longest path that the system takes. */
const LONGEST = 4095

export interface WorldOptions {
  readonly random: Random
  readonly root: string
  /** A directory on the same file system that nobody watches. */
  readonly outside: string
  /** How many of the names are awkward, from 0 to 1. */
  readonly awkward: number
  /** Whether owners may be changed, and entries closed for everybody. */
  readonly isPrivileged: boolean
  /** Whether somebody watches all the time; if not, what is changed has to show that by its time. */
  readonly isWatched: boolean
  readonly tell: (line: string) => void
}

/** Where the writers work. Paths have one character a byte and are below the source; places are absolute. */
export class World {
  readonly random: Random
  readonly root: string
  readonly isPrivileged: boolean
  readonly isWatched: boolean
  readonly passing = new PassingNames()
  /** Bytes of the longest place. */
  readonly longest = LONGEST
  readonly #o: WorldOptions

  constructor(options: WorldOptions) {
    this.#o = options
    this.random = options.random
    this.root = options.root
    this.isPrivileged = options.isPrivileged
    this.isWatched = options.isWatched
  }

  /** Throws when the way there leads over a symbolic link, which another writer may have put there: nobody leaves the tree. */
  at(path: string): Buffer {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const stat = fs.lstatSync(bytes(`${this.root}/${path.slice(0, slash)}`), { throwIfNoEntry: false })
      if (stat?.isSymbolicLink() === true) throw Object.assign(new Error('a link is in the way'), { code: 'ELOOP' })
    }
    return bytes(`${this.root}/${path}`)
  }

  outsideAt(name: string): Buffer {
    return bytes(`${this.#o.outside}/${name}`)
  }

  /** Some directory that exists. */
  directory(): string {
    let path = ''
    for (let depth = 0; depth < DEEPEST && this.random.chance(0.65); depth++) {
      const below = this.entries(path).filter((entry) => this.kind(entry) === 'directory')
      if (below.length === 0) break
      path = this.random.pick(below)
    }
    return path
  }

  /** Some entry that exists and is of the kind. */
  existing(kind?: Kind): string | undefined {
    for (let attempt = 0; attempt < 5; attempt++) {
      const fitting = this.entries(this.directory()).filter((path) => kind === undefined || this.kind(path) === kind)
      if (fitting.length > 0) return this.random.pick(fitting)
    }
    return undefined
  }

  /** A place for something new; sometimes there is something already. */
  place(): string {
    return join(this.directory(), this.name())
  }

  name(): string {
    return randomName(this.random, this.#o.awkward)
  }

  entries(path: string): string[] {
    try {
      return fs
        .readdirSync(this.at(path), 'latin1')
        .map((name) => join(path, name))
        .filter((entry) => entry !== ANCHOR)
    } catch {
      return [] // another writer was faster
    }
  }

  kind(path: string): Kind | undefined {
    const stat = fs.lstatSync(this.at(path), { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    return stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : stat.isFile() ? 'file' : 'fifo'
  }

  /** Throws when something below would get a path that nobody can name any more. */
  rename(from: string, to: string): void {
    this.#move(this.at(from), this.at(to))
  }

  /** As {@link rename}, of something outside. */
  moveIn(name: string, to: string): void {
    this.#move(this.outsideAt(name), this.at(to))
  }

  /** Throws when the places would, being exchanged. */
  checkExchange(a: string, b: string): void {
    checkLength(this.at(a), this.at(b), this.longest)
    checkLength(this.at(b), this.at(a), this.longest)
  }

  /** Gives a file one more name. */
  link(path: string, name: string): void {
    fs.linkSync(this.at(path), this.at(name))
    this.passing.link(this.at(path))
  }

  #move(from: Buffer, to: Buffer): void {
    checkLength(from, to, this.longest)
    fs.renameSync(from, to)
  }

  /** Writes into the journal what is about to be done. */
  tell(what: string, ...paths: string[]): void {
    this.#o.tell([what, ...paths.map(show)].join(' '))
  }
}

export function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** Writes from the start, or where the flags of {@link OPEN} say. */
export function writeFile(place: Buffer, content: Buffer | string, flags: number = OPEN.write): void {
  const fd = fs.openSync(place, flags)
  try {
    fs.writeFileSync(fd, content)
  } finally {
    fs.closeSync(fd)
  }
}

function checkLength(from: Buffer, to: Buffer, longest: number): void {
  if (reach(from.toString('latin1')) - from.length + to.length <= longest) return
  throw Object.assign(new Error('what lies below would have too long a path'), { code: 'ENAMETOOLONG' })
}

/** Bytes of the longest place at or below one. */
function reach(place: string): number {
  let longest = place.length
  if (fs.lstatSync(bytes(place), { throwIfNoEntry: false })?.isDirectory() !== true) return longest
  for (const entry of fs.readdirSync(bytes(place), { withFileTypes: true, encoding: 'latin1' })) {
    const below = `${place}/${entry.name}`
    longest = Math.max(longest, entry.isDirectory() ? reach(below) : below.length)
  }
  return longest
}
