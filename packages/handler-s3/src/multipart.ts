import { type Condition, conditionFields, unquote } from './put-request.ts'
import type { Headers } from './header-rules.ts'
import type { Pass } from './pass.ts'
import { abortUpload } from './uploads.ts'

export interface PartsRequest {
  readonly key: string
  readonly headers: Headers
  readonly metadata: Readonly<Record<string, string>>
  readonly condition: Condition
  /** Number of parts. */
  readonly count: number
}

/**
 * Makes an object of parts, some at a time; `part` sends the one of that number (from 1 on) and returns its ETag, `check` has the last
 * word before they become an object. Returns the ETag, empty when the server does not tell. What is not completed is aborted.
 */
export async function inParts(
  pass: Pass,
  request: PartsRequest,
  part: (number: number, id: string) => Promise<string>,
  check: () => void = () => undefined,
): Promise<{ readonly etag: string }> {
  const { bucket, holdings } = pass.target
  const { key, headers, metadata, condition, count } = request
  const id = await begin(pass, key, headers, metadata)
  try {
    const etags = await allParts(count, (number) => part(number, id))
    check()
    const done = await bucket.call('POST', 's3:PutObject', pass.signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(
        new sdk.CompleteMultipartUploadCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: id,
          MultipartUpload: { Parts: etags.map((ETag, at) => ({ PartNumber: at + 1, ETag })) },
          ...conditionFields(condition),
        }),
        { abortSignal },
      ),
    )
    holdings.endUpload(key, id)
    return { etag: unquote(done.ETag) }
  } catch (error) {
    // It is tried again at the next batch, and after the next start.
    await abortUpload(pass.target, { key, id, begunMs: 0 }, AbortSignal.timeout(ABORT_MS)).catch(() => undefined)
    throw error
  }
}

/** A batch that was aborted has to end soon. */
const ABORT_MS = 3000

/** It is written down before it begins, so that what a crash leaves is found. */
async function begin(pass: Pass, key: string, headers: Headers, metadata: Readonly<Record<string, string>>): Promise<string> {
  const { bucket, holdings } = pass.target
  holdings.beginUpload(key, Date.now())
  const { UploadId: id = '' } = await bucket.call('POST', 's3:PutObject', pass.signal, ({ sdk, s3 }, abortSignal) =>
    s3.send(
      new sdk.CreateMultipartUploadCommand({
        Bucket: bucket.name,
        Key: key,
        ...headers.fields,
        Metadata: { ...headers.metadata, ...metadata },
      }),
      { abortSignal },
    ),
  )
  holdings.nameUpload(key, id)
  return id
}

/** No more are begun when one has failed; those on their way are waited for. */
async function allParts(count: number, part: (number: number) => Promise<string>): Promise<string[]> {
  const etags: string[] = []
  let next = 1
  let hasFailed = false
  const worker = async (): Promise<void> => {
    while (next <= count && !hasFailed) {
      const number = next++
      try {
        etags[number - 1] = await part(number)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(count, AT_ONCE) }, worker))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  return etags
}

const AT_ONCE = 8
