import { createHash, hash } from 'node:crypto'
import { conflictAt, isConflict } from './conditions.ts'
import type { Headers } from './header-rules.ts'
import { inParts } from './multipart.ts'
import type { Pass } from './pass.ts'
import { posixOf, toMetadata } from './posix.ts'
import type { OpenFile } from './source.ts'
import { isThere } from './store.ts'

const MIB = 1024 * 1024
/** Parts of an object at most, by S3. */
const MOST_PARTS = 10_000

/** Makes an object hold a large file, sent in parts. `false`: it was written to meanwhile, and is not what it was. */
export async function bringLarge(pass: Pass, file: OpenFile, to: LargeObject): Promise<boolean> {
  const found = await isThereAlready(pass, file, to)
  return found ?? send(pass, file, to)
}

interface LargeObject {
  readonly key: string
  readonly headers: Headers
  /** Whether it is sent even when it goes on changing. */
  readonly isLast: boolean
}

/** `undefined`: it has to be sent. Else whether the file was still while it was read. */
async function isThereAlready(pass: Pass, file: OpenFile, { key, headers, isLast }: LargeObject): Promise<boolean | undefined> {
  const { holdings, options } = pass.target
  const { sizeBytes } = file
  const held = holdings.get(key)
  if (held === undefined || held.sizeBytes !== sizeBytes || held.state === 'doubt') return undefined
  const partBytes = partSizeOf(held.digest === '' ? held.etag : held.digest, held.partBytes, sizeBytes)
  if (partBytes === undefined) return undefined
  const digest = await digestOf(pass, file, partBytes)
  if (!file.isStill && !isLast) return false
  const posix = posixOf(file.stat, options.attributes)
  return (await isThere(pass, { key, sizeBytes, digest, partBytes, posix, headers })) ? file.isStill : undefined
}

async function send(pass: Pass, file: OpenFile, { key, headers, isLast }: LargeObject): Promise<boolean> {
  const { conditions, holdings, options } = pass.target
  const { sizeBytes } = file
  const posix = posixOf(file.stat, options.attributes)
  const partBytes = Math.max(options.partSize, Math.ceil(sizeBytes / MOST_PARTS / MIB)) * MIB
  const count = Math.ceil(sizeBytes / partBytes)
  const md5s: Buffer[] = []
  const check = (): void => {
    if (!file.isStill && !isLast) throw CHANGED
  }
  const part = (number: number, id: string): Promise<string> => {
    check()
    return sendPart(pass, file, { key, number, id, partBytes, md5s })
  }
  const condition = conditions.of(holdings.get(key))
  holdings.start(key)
  let etag: string
  try {
    ;({ etag } = await inParts(pass, { key, headers, metadata: toMetadata(posix), condition, count }, part, check))
  } catch (error) {
    if (error === CHANGED) return false
    throw isConflict(error) ? conflictAt(key) : error
  }
  const digest = `${hash('md5', Buffer.concat(md5s), 'hex')}-${count}`
  if (etag === '') etag = digest // not every server tells it
  holdings.put({ key, state: 'held', sizeBytes, etag, digest, partBytes, posix, headers: headers.hash })
  holdings.addChanged(key, false)
  pass.doomed.delete(key)
  return file.isStill
}

const CHANGED = new Error('the file has changed')

interface Part {
  readonly key: string
  readonly number: number
  readonly id: string
  readonly partBytes: number
  /** Gets the digest of the part. */
  readonly md5s: Buffer[]
}

async function sendPart(pass: Pass, file: OpenFile, { key, number, id, partBytes, md5s }: Part): Promise<string> {
  const { bucket, memory, progress } = pass.target
  const start = (number - 1) * partBytes
  const length = Math.min(partBytes, file.sizeBytes - start)
  const giveBack = await memory.take(length)
  try {
    pass.signal.throwIfAborted()
    const buffer = memory.buffer(length)
    // A file that has become shorter is not what it was; the object must not get what happened to be in memory.
    if ((await file.read(buffer, start)) < length) throw CHANGED
    const md5 = hash('md5', buffer, 'buffer')
    md5s[number - 1] = md5
    const { ETag } = await bucket.call('PART', 's3:PutObject', pass.signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(
        new sdk.UploadPartCommand({
          Bucket: bucket.name,
          Key: key,
          UploadId: id,
          PartNumber: number,
          Body: buffer,
          ContentLength: length,
          ContentMD5: md5.toString('base64'),
        }),
        { abortSignal },
      ),
    )
    memory.recycle(buffer) // only after an answer: of a request that was cut off something may still be on its way
    progress(length)
    return ETag ?? ''
  } finally {
    giveBack()
  }
}

/** In what parts an object was sent that has such an ETag, 0 for none; `undefined` when that cannot be known. */
function partSizeOf(etag: string, partBytes: number, sizeBytes: number): number | undefined {
  const found = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(etag)
  if (found === null) return undefined
  if (found[1] === undefined) return 0
  if (partBytes > 0) return partBytes
  return USUAL_PARTS.map((size) => size * MIB).find((size) => Math.ceil(sizeBytes / size) === Number(found[1]))
}

/** Of this handler, the AWS CLI, rclone and others. */
const USUAL_PARTS = [16, 8, 5, 10, 15, 32, 64, 100, 128, 256, 512]

/** Reads the whole file; the digest is what S3 makes its ETag of. */
async function digestOf(pass: Pass, file: OpenFile, partBytes: number): Promise<string> {
  const { memory, progress } = pass.target
  const md5s: Buffer[] = []
  let md5 = createHash('md5')
  const giveBack = await memory.take(READ_BYTES)
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES) // parts are multiples of it
    for (let at = 0; at < file.sizeBytes; at += READ_BYTES) {
      pass.signal.throwIfAborted()
      const count = await file.read(buffer, at)
      md5.update(buffer.subarray(0, count))
      progress(0)
      const isEnd = at + READ_BYTES >= file.sizeBytes
      if (partBytes === 0 ? !isEnd : !isEnd && (at + READ_BYTES) % partBytes > 0) continue
      md5s.push(md5.digest())
      md5 = createHash('md5')
    }
  } finally {
    giveBack()
  }
  if (partBytes === 0) return (md5s[0] ?? Buffer.alloc(0)).toString('hex')
  return `${hash('md5', Buffer.concat(md5s), 'hex')}-${md5s.length}`
}

const READ_BYTES = MIB
