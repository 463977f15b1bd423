import type { Change } from '@clsync/core/handler'
import { bringFile } from './file.ts'
import { bringLink } from './link.ts'
import type { Pass } from './pass.ts'
import { posixOf } from './posix.ts'
import { look } from './source.ts'
import { store } from './store.ts'

/** Makes the bucket hold at the path of a change what the source has there now. */
export async function bring(pass: Pass, { path }: Pick<Change, 'path'>): Promise<void> {
  const { holdings, keys, options, source } = pass.target
  const stat = look(source, path)
  if (stat === undefined) {
    pass.stale.push(path)
  } else if (stat.isDirectory()) {
    pass.clearAway(keys.file(path), path)
    if (options.directories === 'markers') await bringMarker(pass, path, posixOf(stat, options.attributes))
  } else {
    if (!stat.isSymbolicLink()) holdings.setLink(path, undefined)
    if (stat.isFile()) await bringFile(pass, path)
    else if (stat.isSymbolicLink()) await bringLink(pass, path, stat)
    else throw new Error(`"${path}" is no file, directory or symbolic link any more`)
    pass.clearAway(keys.marker(path), path)
  }
}

async function bringMarker(pass: Pass, path: string, posix: string): Promise<void> {
  const { keys, rules } = pass.target
  await store(pass, { key: keys.marker(path), body: EMPTY, posix, headers: rules.ofMark('application/x-directory') })
}

const EMPTY = Buffer.alloc(0)
