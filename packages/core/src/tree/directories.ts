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
  const parents = new Map<DirId, DirId>()
  const names = new Map<DirId, RawPath>()
  for (const [dir, parent, name] of table.directories()) {
    parents.set(dir, parent)
    names.set(dir, name)
  }
  const directories: Directories = {
    set(dir, parent, name) {
      parents.set(dir, parent)
      names.set(dir, name)
    },
    delete(dir) {
      parents.delete(dir)
      names.delete(dir)
    },
    placeOf(dir) {
      const parent = parents.get(dir)
      return parent === undefined ? undefined : { parent, name: names.get(dir)! }
    },
    pathOf(dir) {
      let path = ROOT_PATH
      for (let at = dir; at !== ROOT_DIR; ) {
        const name = names.get(at)
        if (name === undefined) return undefined // forgotten, or in limbo
        path = path === '' ? name : joinPath(name, path)
        at = parents.get(at)!
      }
      return path
    },
    isWithin(dir, ancestor) {
      for (let at: DirId | undefined = dir; at !== undefined; at = parents.get(at)) if (at === ancestor) return true
      return false
    },
    nearest(path) {
      if (path === '') return { dir: ROOT_DIR, exact: true }
      let dir = ROOT_DIR
      for (const name of path.split('/') as RawPath[]) {
        const id = table.get(dir, name)?.id
        if (!id) return { dir, exact: false }
        dir = id
      }
      return { dir, exact: true }
    },
    find(path) {
      const { dir, exact } = directories.nearest(path)
      return exact ? dir : undefined
    },
    get size() {
      return parents.size + 1
    },
  }
  return directories
}
