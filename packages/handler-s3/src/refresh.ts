import { hash } from 'node:crypto'
import { bring } from './bring.ts'
import type { Holding } from './holdings.ts'
import type { Pass } from './pass.ts'

/** When the rules for headers are others than at the last batch: brings what they concern once more, with what they say now. */
export async function refreshHeaders(pass: Pass): Promise<void> {
  const { holdings, log, options } = pass.target
  const { headers, attributes, cacheControl, contentType, contentEncoding, contentDisposition, contentLanguage } = options
  const { storageClass, acl, tags, encryption, kmsKey, metadata, compress } = options
  const texts = { cacheControl, contentType, contentEncoding, contentDisposition, contentLanguage }
  const rules = { headers, attributes, texts, storageClass, acl, tags, encryption, kmsKey, metadata, compress }
  const now = hash('sha1', JSON.stringify(rules))
  const before = holdings.note('rules')
  if (before === now) return
  const failures = before === undefined ? 0 : await bringConcerned(pass)
  if (failures === 0) holdings.setNote('rules', now)
  else log.warn('the new rules could not be applied to all objects; it is tried again with the next batch', { failures })
}

/** Returns how many have failed. */
async function bringConcerned(pass: Pass): Promise<number> {
  const { holdings, keys } = pass.target
  const concerned = [...holdings.below('')].filter((held) => isConcerned(pass, held))
  const paths = concerned.flatMap(({ key }) => keys.path(key)?.path ?? [])
  holdings.begin(concerned.map(({ key }) => key))
  const own = new Set(pass.batch.changes.map(({ path }) => path))
  await pass.each(
    paths.filter((path) => !own.has(path)), // those of the batch come anyway
    (path) => path,
    (path) => bring(pass, { path }),
  )
  const failed = pass.failed.splice(0)
  return failed.length
}

function isConcerned({ target: { keys, options, rules } }: Pass, { key, state, headers, posix }: Holding): boolean {
  const at = keys.path(key)
  if (state !== 'held' || at === undefined || at.isMarker) return false
  const isLink = (Number(posix.split(' ')[1] ?? 0) & 0o170000) === 0o120000
  if (isLink) return false
  const fields = posix === '' ? 0 : posix.split(' ').length
  return headers !== rules.of(at.path).hash || fields !== { posix: 4, mtime: 1, none: 0 }[options.attributes]
}
