import fs from 'node:fs'
import path from 'node:path'
import { nameText, refuse, sourcePath } from '@clsync/core/handler'
import { codeOf } from './failure.ts'
import { isWithin, parentOf } from './path.ts'

/** Keeps what is deleted or overwritten, in one folder a batch, named by date and time, under the path that it had. */
export class Trash {
  readonly #destination: string
  readonly #root: string
  #folder: string | undefined

  constructor(destination: string, root: string) {
    this.#destination = destination
    this.#root = root
  }

  /** The trash as a path below the destination; `undefined` when it lies elsewhere. */
  get within(): string | undefined {
    return isWithin(this.#root, this.#destination) ? this.#root.slice(this.#destination.length + 1) : undefined
  }

  /** The next thing that is kept goes in a new folder. */
  startFolder(): void {
    this.#folder = undefined
  }

  /** Keeps what is at `path`, if anything is, and leaves it there to be replaced in one step. */
  keep(path: string): void {
    const from = sourcePath(this.#destination, path)
    if (fs.lstatSync(from, { throwIfNoEntry: false }) === undefined) return
    this.#into(path, (to) => {
      try {
        fs.linkSync(from, to)
      } catch (error) {
        // No hard links here, or a directory: then there is a moment without it.
        if (!NOT_LINKABLE.has(codeOf(error) ?? '')) throw error
        renameNew(from, to)
      }
    })
  }

  /** Moves what is at `path`, with everything below, to the trash. Throws ENOENT when there is nothing. */
  take(path: string): void {
    const from = sourcePath(this.#destination, path)
    fs.lstatSync(from)
    this.#into(path, (to) => renameNew(from, to))
  }

  /** Runs `put` with a free path in the current folder; in a new folder when that one holds the path already. */
  #into(path: string, put: (to: string | Buffer) => void): void {
    for (;;) {
      const folder = (this.#folder ??= this.#makeFolder())
      try {
        fs.mkdirSync(sourcePath(this.#root, parentOf(`${folder}/${path}`)), { recursive: true })
        put(sourcePath(this.#root, `${folder}/${path}`))
        return
      } catch (error) {
        if (!OCCUPIED.has(codeOf(error) ?? '')) throw error
        this.#folder = undefined
      }
    }
  }

  #makeFolder(): string {
    const time = new Date().toISOString().replaceAll(':', '-')
    for (let count = 1; ; count++) {
      const folder = count === 1 ? time : `${time}.${count}`
      try {
        fs.mkdirSync(sourcePath(this.#root, folder))
        return folder
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
    }
  }
}

/** Makes the directory and refuses one on another file system, to which nothing can be moved in one step. */
export function openTrash(given: string, destination: string): Trash {
  const wanted = path.resolve(given)
  fs.mkdirSync(wanted, { recursive: true })
  const root = nameText(fs.realpathSync.native(wanted, 'buffer'))
  if (fs.statSync(wanted).dev !== fs.statSync(sourcePath(destination, '')).dev || root === destination) {
    throw refuse({
      message: `The trash ${wanted} cannot take what is deleted in ${destination}.`,
      fix: 'Name another directory on the same file system as the destination.',
    })
  }
  return new Trash(destination, root)
}

/** Renames, but never over something: that would lose what was kept before. */
function renameNew(from: string | Buffer, to: string | Buffer): void {
  if (fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
    throw Object.assign(new Error('EEXIST: the trash holds this path already'), { code: 'EEXIST' })
  }
  fs.renameSync(from, to)
}

const NOT_LINKABLE = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'])
const OCCUPIED = new Set(['EEXIST', 'ENOTDIR'])
