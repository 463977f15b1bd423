import type { InventoryEntry } from '@clsync/core/handler'
import type { ListedObject } from './bucket.ts'
import type { Target } from './target.ts'

/**
 * Compares what is known of the bucket with what it holds: one request for each 1 000 objects. Returns the keys of what we put and is
 * not there, or is another.
 */
export async function listBucket({ bucket, holdings, keys, log }: Target, signal: AbortSignal): Promise<string[]> {
  let others = 0
  const drifted: string[] = []
  holdings.startListing()
  for await (const page of bucket.list(keys.prefix, signal)) {
    for (const object of page) {
      if (keys.path(object.key) === undefined) others += 1
      else if (!take(holdings, object)) drifted.push(object.key)
    }
  }
  drifted.push(...holdings.endListing())
  if (others > 0) log.warn('objects whose keys are no paths are left alone', { objects: others, bucket: bucket.name })
  return drifted
}

/** `false`: it is ours and not what we know of. */
function take(holdings: Target['holdings'], { key, sizeBytes, etag }: ListedObject): boolean {
  holdings.sawListed(key)
  const known = holdings.get(key)
  if (known !== undefined && known.state !== 'doubt' && known.etag === etag) return true
  // What we put there is ours also when it has become another; of what is kept beside its bytes nothing is known.
  const state = known === undefined || known.state === 'foreign' ? 'foreign' : 'held'
  holdings.put({ key, state, sizeBytes, etag, digest: '', partBytes: 0, posix: '', headers: '' })
  return state === 'foreign'
}

/** The paths of what we put and is not there, or is another: in the order of their keys as far as they are there. */
export async function* verify(target: Target, signal: AbortSignal): AsyncGenerator<string> {
  for (const key of await listBucket(target, signal)) {
    const at = target.keys.path(key)
    if (at !== undefined) yield at.path
  }
}

/** What the bucket holds, as entries of a tree. */
export async function* inventory(target: Target, signal: AbortSignal): AsyncGenerator<InventoryEntry> {
  await listBucket(target, signal)
  for (const { key } of target.holdings.below('')) {
    const at = target.keys.path(key)
    if (at !== undefined) yield { path: at.path, kind: at.isMarker ? 'directory' : 'file' }
  }
}
