import { type DirId, ROOT_DIR } from '../model/entry.ts'
import type { DirectoryIndex } from '../model/hint.ts'
import { joinPath, type RawPath, ROOT_PATH } from '../model/path.ts'
import type { SeenTable } from '../model/seen.ts'

/** Where each directory of the seen tree is, by id, in memory: about 50 bytes a directory. A rename is one entry. */
export interface Directories extends DirectoryIndex {
  set(dir: DirId, parent: DirId, name: RawPath): void
  delete(dir: DirId): void
  placeOf(dir: DirId): { readonly parent: DirId; readonly name: RawPath } | undefined
  /** Whether `dir` is `ancestor` or lies below it. */
  isWithin(dir: DirId, ancestor: DirId): boolean
  /** The directory at exactly this path. */
  find(path: RawPath): DirId | undefined
  readonly size: number
}

export function createDirectories(table: SeenTable): Directories {
  return new Places(table)
}

class Places implements Directories {
  readonly #table: SeenTable
  readonly #parents = new Map<DirId, DirId>()
  readonly #names = new Map<DirId, RawPath>()
  /** What was found at a path, believed only while that is still its path. */
  readonly #found = new Map<RawPath, DirId>()

  constructor(table: SeenTable) {
    this.#table = table
    for (const [dir, parent, name] of table.directories()) this.set(dir, parent, name)
  }

  get size(): number {
    return this.#parents.size + 1
  }

  set(dir: DirId, parent: DirId, name: RawPath): void {
    this.#parents.set(dir, parent)
    this.#names.set(dir, name)
  }

  delete(dir: DirId): void {
    this.#parents.delete(dir)
    this.#names.delete(dir)
  }

  placeOf(dir: DirId): { readonly parent: DirId; readonly name: RawPath } | undefined {
    const parent = this.#parents.get(dir)
    return parent === undefined ? undefined : { parent, name: this.#names.get(dir)! }
  }

  pathOf(dir: DirId): RawPath | undefined {
    let path = ROOT_PATH
    for (let at = dir; at !== ROOT_DIR;) {
      const name = this.#names.get(at)
      if (name === undefined) return undefined // forgotten, or in limbo
      path = path === '' ? name : joinPath(name, path)
      at = this.#parents.get(at)!
    }
    return path
  }

  isWithin(dir: DirId, ancestor: DirId): boolean {
    for (let at: DirId | undefined = dir; at !== undefined; at = this.#parents.get(at)) if (at === ancestor) return true
    return false
  }

  nearest(path: RawPath): { readonly dir: DirId; readonly exact: boolean } {
    if (path === '') return { dir: ROOT_DIR, exact: true }
    const found = this.#found.get(path)
    if (found !== undefined && this.pathOf(found) === path) return { dir: found, exact: true }
    let dir = ROOT_DIR
    for (const name of path.split('/') as RawPath[]) {
      const id = this.#table.get(dir, name)?.id
      if (!id) return { dir, exact: false }
      dir = id
    }
    if (this.#found.size >= MOST_FOUND) this.#found.clear()
    this.#found.set(path, dir)
    return { dir, exact: true }
  }

  find(path: RawPath): DirId | undefined {
    const { dir, exact } = this.nearest(path)
    return exact ? dir : undefined
  }
}

const MOST_FOUND = 4096
