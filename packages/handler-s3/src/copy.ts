import type { Headers } from './header-rules.ts'
import type { Holding } from './holdings.ts'
import { inParts } from './multipart.ts'
import type { Pass } from './pass.ts'
import { type Posix, toMetadata } from './posix.ts'

/** What is to be kept with a copy. */
export interface Beside {
  readonly headers: Headers
  readonly posix: Posix
}

/** Copies an object at the server; returns the ETag of the copy. Throws `absent` or `conflict` when it is not the one we know. */
export async function copyObject(pass: Pass, held: Holding, key: string, { headers, posix }: Beside): Promise<string> {
  const { bucket } = pass.target
  const metadata = toMetadata(posix)
  if (held.sizeBytes > LARGEST_COPY_BYTES) return copyInParts(pass, held, key, { headers, posix })
  const isAlike = held.key !== key && held.posix === posix && held.headers === headers.hash
  const replaced = isAlike ? undefined : { headers, metadata }
  return bucket.copy({ from: held.key, key, replaced, headers, etag: held.etag }, pass.signal)
}

const LARGEST_COPY_BYTES = 5 * 1024 ** 3
const PART_BYTES = 1024 ** 3

async function copyInParts(pass: Pass, held: Holding, key: string, { headers, posix }: Beside): Promise<string> {
  const { bucket } = pass.target
  const count = Math.ceil(held.sizeBytes / PART_BYTES)
  const { etag } = await inParts(
    pass,
    { key, headers, metadata: toMetadata(posix), condition: undefined, count },
    async (number, id) => {
      const start = (number - 1) * PART_BYTES
      const end = Math.min(held.sizeBytes, start + PART_BYTES) - 1
      const { CopyPartResult } = await bucket.call('COPY', 's3:PutObject', pass.signal, ({ sdk, s3 }, abortSignal) =>
        s3.send(
          new sdk.UploadPartCopyCommand({
            Bucket: bucket.name,
            Key: key,
            UploadId: id,
            PartNumber: number,
            CopySource: bucket.copySource(held.key),
            CopySourceRange: `bytes=${start}-${end}`,
            ...(held.etag !== '' && { CopySourceIfMatch: `"${held.etag}"` }),
          }),
          { abortSignal },
        ),
      )
      return CopyPartResult?.ETag ?? ''
    },
  )
  return etag
}
