import { hash } from 'node:crypto'
import type { ObjectHead } from './bucket.ts'
import { copyObject } from './copy.ts'
import type { Headers } from './header-rules.ts'
import type { Holding } from './holdings.ts'
import type { Pass } from './pass.ts'
import { type Posix, toMetadata } from './posix.ts'
import { RequestFailed } from './requests.ts'

export interface Content {
  readonly key: string
  readonly body: Buffer
  readonly posix: Posix
  readonly headers: Headers
}

/** Makes an object hold this, with one request at most, and with none when it does already. */
export async function store(pass: Pass, { key, body, posix, headers }: Content): Promise<void> {
  const { conditions, holdings, progress } = pass.target
  const digest = hash('md5', body, 'hex')
  const wanted = { key, sizeBytes: body.length, digest, partBytes: 0, posix, headers }
  if (await isThere(pass, wanted)) return
  const held = holdings.get(key)
  holdings.start(key)
  const md5 = Buffer.from(digest, 'hex').toString('base64')
  const etag = await conditions.put({ key, body, md5, headers, metadata: toMetadata(posix) }, held, pass.signal)
  progress(body.length)
  holdings.put({ ...wanted, state: 'held', etag, headers: headers.hash })
  holdings.addChanged(key, false)
  pass.doomed.delete(key)
}

/** What an object shall be. */
export interface Wanted {
  readonly key: string
  readonly sizeBytes: number
  readonly digest: string
  readonly partBytes: number
  readonly posix: Posix
  readonly headers: Headers
}

/** Whether the bucket holds it; where only what is kept beside the bytes differs, that is set at the server. */
export async function isThere(pass: Pass, wanted: Wanted): Promise<boolean> {
  const { holdings, options } = pass.target
  const { key, sizeBytes, digest, partBytes, posix, headers } = wanted
  const held = holdings.get(key)
  if (held === undefined || !isSameContent(held, wanted)) return false
  const isSame = held.posix === posix && held.headers === headers.hash
  // What we have not put ourselves is taken as it is when the content is right, unless the user wants it looked at.
  const isTaken = held.state === 'foreign' && (options.compare === 'content' || (await isKeptBeside(pass, wanted)))
  if (!isSame && !isTaken) {
    if (sizeBytes <= RATHER_SENT_BYTES) return false
    if (!(await setBeside(pass, held, wanted))) return false
    return true
  }
  holdings.put({ key, state: 'held', sizeBytes, etag: held.etag, digest, partBytes, posix, headers: headers.hash })
  pass.doomed.delete(key)
  return true
}

/** To send so little costs no more than a copy at the server. */
const RATHER_SENT_BYTES = 256 * 1024

function isSameContent({ state, etag, digest, sizeBytes }: Holding, wanted: Wanted): boolean {
  if (state === 'doubt' || sizeBytes !== wanted.sizeBytes) return false
  return digest === '' ? etag === wanted.digest : digest === wanted.digest
}

async function isKeptBeside(pass: Pass, { key, posix, headers }: Wanted): Promise<boolean> {
  const head = await pass.target.bucket.head(key, pass.signal)
  if (head === undefined) return false
  const metadata = { ...headers.metadata, ...toMetadata(posix) }
  const isEqual = Object.entries(metadata).every(([name, value]) => head.metadata[name] === value)
  return isEqual && Object.keys(head.metadata).length === Object.keys(metadata).length && hasFields(head, headers)
}

function hasFields(head: ObjectHead, { fields }: Headers): boolean {
  return (
    head.contentType === fields.ContentType &&
    head.cacheControl === fields.CacheControl &&
    head.contentEncoding === fields.ContentEncoding &&
    head.contentDisposition === fields.ContentDisposition &&
    head.contentLanguage === fields.ContentLanguage
  )
}

/** Copies an object onto itself. `false`: it is not the one that we know. */
async function setBeside(pass: Pass, held: Holding, { key, posix, headers, digest, partBytes }: Wanted): Promise<boolean> {
  const { holdings } = pass.target
  holdings.start(key)
  try {
    const etag = await copyObject(pass, held, key, { headers, posix })
    holdings.put({ ...held, state: 'held', etag, digest, partBytes, posix, headers: headers.hash })
  } catch (error) {
    if (error instanceof RequestFailed && (error.failure.class === 'absent' || error.failure.class === 'conflict')) return false
    throw error
  }
  holdings.addChanged(key, false)
  pass.doomed.delete(key)
  return true
}
