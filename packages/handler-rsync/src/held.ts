import fs from 'node:fs'

/** An entry of a file system that is held: wherever it is moved, this reaches it and nothing else. Paths and names are bytes, one character each. Linux only. */
export class Held {
  readonly #fd: number

  private constructor(path: string, flags: number) {
    this.#fd = fs.openSync(bytes(path), O_PATH | flags)
  }

  /** A directory by its absolute path. */
  static directory(path: string): Held {
    return new Held(path, fs.constants.O_DIRECTORY)
  }

  /** A directory in this one. Throws for all else, a link as well. */
  enter(name: string): Held {
    return new Held(this.place(name), fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
  }

  /** Whatever is in this directory by this name; of a link, the link. */
  entry(name: string): Held {
    return new Held(this.place(name), fs.constants.O_NOFOLLOW)
  }

  /** A path to it for calls that follow a link at the end. */
  get self(): string {
    return `/proc/self/fd/${this.#fd}`
  }

  /** A path to something in it. */
  place(name: string): string {
    return `${this.self}/${name}`
  }

  get stat(): fs.BigIntStats {
    return fs.fstatSync(this.#fd, { bigint: true })
  }

  close(): void {
    fs.closeSync(this.#fd)
  }
}

/** As `fs` takes it. */
export function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}

/** Takes no permission on what is held. Node does not name this flag. */
const O_PATH = 0o10_000_000
