import type { Upload } from './holdings.ts'
import { RequestFailed } from './requests.ts'
import type { Target } from './target.ts'

/** Aborts the uploads in parts that an earlier run has left behind. */
export async function abortLeftovers(target: Target, signal: AbortSignal): Promise<void> {
  for (const upload of target.holdings.uploads()) {
    if (upload.id !== '') await abortUpload(target, upload, signal)
    else await abortUnnamed(target, upload, signal)
  }
  target.holdings.commit()
}

export async function abortUpload({ bucket, holdings }: Target, { key, id }: Upload, signal: AbortSignal): Promise<void> {
  try {
    await bucket.call('DELETE', 's3:AbortMultipartUpload', signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId: id }), { abortSignal }),
    )
  } catch (error) {
    const isGone = error instanceof RequestFailed && error.failure.class === 'absent'
    if (!isGone) throw error
  }
  holdings.endUpload(key, id)
}

/** The server may have begun it, but we have not heard of it: those of its key and time are listed. */
async function abortUnnamed(target: Target, { key, id, begunMs }: Upload, signal: AbortSignal): Promise<void> {
  const { bucket, holdings } = target
  const { Uploads = [] } = await bucket.call('LIST', 's3:ListBucketMultipartUploads', signal, ({ sdk, s3 }, abortSignal) =>
    s3.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: key }), { abortSignal }),
  )
  for (const { Key, UploadId, Initiated } of Uploads) {
    if (Key !== key || UploadId === undefined || (Initiated?.getTime() ?? begunMs) < begunMs - SKEW_MS) continue
    await abortUpload(target, { key, id: UploadId, begunMs }, signal)
  }
  holdings.endUpload(key, id)
}

/** How far the clock of a server may be behind ours. */
const SKEW_MS = 15 * 60_000
