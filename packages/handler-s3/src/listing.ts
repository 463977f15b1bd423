import type { InventoryEntry } from '@clsync/core/handler'
import type { ListedObject } from './bucket.ts'
import type { Target } from './target.ts'

/** Compares what is known of the bucket with what it holds: one request for each 1 000 objects. */
export async function listBucket({ bucket, holdings, keys, log }: Target, signal: AbortSignal): Promise<void> {
  let others = 0
  holdings.startListing()
  for await (const page of bucket.list(keys.prefix, signal)) {
    for (const object of page) {
      if (keys.path(object.key) === undefined) others += 1
      else take(holdings, object)
    }
  }
  holdings.endListing()
  if (others > 0) log.warn('objects whose keys are no paths are left alone', { objects: others, bucket: bucket.name })
}

function take(holdings: Target['holdings'], { key, sizeBytes, etag }: ListedObject): void {
  holdings.sawListed(key)
  const known = holdings.get(key)
  if (known !== undefined && known.state !== 'doubt' && known.etag === etag) return
  // What we put there is ours also when it has become another; of what is kept beside its bytes nothing is known.
  const state = known === undefined || known.state === 'foreign' ? 'foreign' : 'held'
  holdings.put({ key, state, sizeBytes, etag, digest: '', partBytes: 0, posix: '', headers: '' })
}

/** What the bucket holds, as entries of a tree. */
export async function* inventory(target: Target, signal: AbortSignal): AsyncGenerator<InventoryEntry> {
  await listBucket(target, signal)
  for (const { key } of target.holdings.below('')) {
    const at = target.keys.path(key)
    if (at !== undefined) yield { path: at.path, kind: at.isMarker ? 'directory' : 'file' }
  }
}
