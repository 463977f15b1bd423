import fs from 'node:fs'
import { bytes, show } from '../stage/tree-state.ts'
import { randomName } from './names.ts'
import type { Random } from './random.ts'

/** This file of the root is never touched, as an emptied source is a reason to stop. */
export const ANCHOR = 'anchor'

const { O_APPEND, O_CREAT, O_NONBLOCK, O_TRUNC, O_WRONLY } = fs.constants
/** Ways to open a file that never wait: where a fifo has taken its place, they fail. */
export const OPEN = {
  write: O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK,
  append: O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK,
  edit: O_WRONLY | O_NONBLOCK,
} as const

const DEEPEST = 6

type Kind = 'file' | 'directory' | 'symlink' | 'fifo'

/** Where the writers work. Paths have one character a byte and are below the source; places are absolute. */
export class World {
  readonly random: Random
  readonly root: string
  /** A directory on the same file system that nobody watches. */
  readonly outside: string
  readonly #tell: (line: string) => void

  constructor(random: Random, root: string, outside: string, tell: (line: string) => void) {
    this.random = random
    this.root = root
    this.outside = outside
    this.#tell = tell
  }

  at(path: string): Buffer {
    return bytes(`${this.root}/${path}`)
  }

  outsideAt(name: string): Buffer {
    return bytes(`${this.outside}/${name}`)
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
    return join(this.directory(), randomName(this.random))
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

  /** Writes into the journal what is about to be done. */
  tell(what: string, ...paths: string[]): void {
    this.#tell([what, ...paths.map(show)].join(' '))
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
