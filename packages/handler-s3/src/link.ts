import fs from 'node:fs'
import { dirname, resolve } from 'node:path'
import { sourcePath } from '@clsync/core/handler'
import { bringFile } from './file.ts'
import type { Pass } from './pass.ts'
import { posixOf } from './posix.ts'
import { look } from './source.ts'
import { store } from './store.ts'

/** Does with a symbolic link what the user has chosen. */
export async function bringLink(pass: Pass, path: string, stat: fs.BigIntStats): Promise<void> {
  const { holdings, keys, options, rules, source } = pass.target
  const key = keys.file(path)
  if (options.symlinks === 'store') {
    const body = fs.readlinkSync(sourcePath(source, path), 'buffer')
    await store(pass, { key, body, posix: posixOf(stat, options.attributes), headers: rules.ofMark(LINK_TYPE) })
    return
  }
  const found = options.symlinks === 'follow' ? targetOf(source, path) : undefined
  holdings.setLink(path, found?.target)
  if (found?.isFile === true) await bringFile(pass, path, found.target)
  else pass.clearAway(key, path)
}

/** As s3fs writes them: the text of the link, and its kind in the mode. */
const LINK_TYPE = 'application/octet-stream'

/** Where a link leads to below the source; `undefined` when that is elsewhere. */
function targetOf(source: string, path: string): { readonly target: string; readonly isFile: boolean } | undefined {
  const place = sourcePath(source, path).toString()
  try {
    const target = below(source, fs.realpathSync(place))
    return target === undefined ? undefined : { target, isFile: look(source, target)?.isFile() === true }
  } catch {
    // It dangles, or goes round in a circle. What it names may come to be.
    const target = below(source, resolve(dirname(place), fs.readlinkSync(place)))
    return target === undefined ? undefined : { target, isFile: false }
  }
}

function below(source: string, place: string): string | undefined {
  return place.startsWith(`${source}/`) ? place.slice(source.length + 1) : undefined
}
