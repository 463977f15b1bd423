import type { FileSystem } from '../model/file-system.ts'

/**
 * A file system whose entries have device 0 when they are on the root's own. Device numbers are given out anew at each mount and
 * boot: what is remembered must only tell what is mounted below the root from what is not.
 */
export function relativeDevices(fs: FileSystem, own: () => number | undefined): FileSystem {
  return {
    list: (path) => fs.list(path),
    typeOf: (path) => fs.typeOf(path),
    look(path) {
      const found = fs.look(path)
      return found !== undefined && found.dev === own() ? { ...found, dev: 0 } : found
    },
  }
}
