import { hash, randomUUID } from 'node:crypto'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { TargetEntry } from '@clsync/core/testing'
import type { Radosgw } from './radosgw.ts'

export interface SeenObject {
  /** Another one after each write. */
  readonly version: string
  readonly content: Buffer
  readonly metadata: Readonly<Record<string, string>>
}

interface Listed {
  readonly key: string
  readonly version: string
}

/** A bucket of the server, seen by somebody who knows nothing of the handler. */
export class S3Stage {
  readonly client: S3Client
  readonly bucket: string
  readonly #seen = new Map<string, SeenObject>()

  private constructor(client: S3Client, bucket: string) {
    this.client = client
    this.bucket = bucket
  }

  static async open({ endpoint, accessKeyId, secretAccessKey }: Radosgw, bucket = `b-${randomUUID()}`): Promise<S3Stage> {
    const credentials = { accessKeyId, secretAccessKey }
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    const made = await fetch(`${endpoint}/${bucket}`, { method: 'HEAD' })
    if (made.status === 404) {
      const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    }
    return new S3Stage(client, bucket)
  }

  async keys(prefix = ''): Promise<string[]> {
    return (await this.#list(prefix)).map(({ key }) => key)
  }

  async #see({ key, version }: Listed): Promise<SeenObject> {
    const known = this.#seen.get(key)
    if (known?.version === version) return known
    const { content, Metadata: metadata = {} } = await this.get(key)
    const seen = { version, content, metadata }
    this.#seen.set(key, seen)
    return seen
  }

  async #list(prefix: string): Promise<Listed[]> {
    const found: Listed[] = []
    for (let token: string | undefined, isMore = true; isMore;) {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, EncodingType: 'url', ContinuationToken: token }),
      )
      for (const { Key = '', ETag = '', LastModified } of page.Contents ?? []) {
        const key = decodeURIComponent(Key.replaceAll('+', ' '))
        found.push({ key, version: `${ETag} ${LastModified?.getTime()}` })
      }
      token = page.NextContinuationToken
      isMore = token !== undefined
    }
    return found
  }

  async get(key: string) {
    const object = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }))
    return { ...object, content: Buffer.from((await object.Body?.transformToByteArray()) ?? []) }
  }

  /** All objects below a prefix. What has not changed since is not fetched again. */
  async look(prefix: string): Promise<Map<string, SeenObject>> {
    const objects = new Map<string, SeenObject>()
    const left = await this.#list(prefix)
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) objects.set(next.key, await this.#see(next))
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    return objects
  }

  /** What is below a prefix, as entries of a tree. */
  async read(prefix: string): Promise<Map<string, TargetEntry>> {
    const entries = new Map<string, TargetEntry>()
    const left = await this.keys(prefix)
    const worker = async (): Promise<void> => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) {
        const path = key.slice(prefix.length).replace(/\/$/, '')
        const entry = toEntry(await this.get(key), key.endsWith('/'))
        if (entries.has(path)) throw new Error(`"${path}" is there twice, as an object and as a directory`)
        entries.set(path, entry)
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    return entries
  }

  close(): void {
    this.client.destroy()
  }
}

interface Got {
  readonly content: Buffer
  readonly Metadata?: Record<string, string> | undefined
}

function toEntry({ content, Metadata = {} }: Got, isDirectory: boolean): TargetEntry {
  const all = Number(Metadata.mode)
  const mode = all & 0o7777
  const mtimeNs = Metadata.mtime === undefined ? undefined : BigInt(Metadata.mtime.replace('.', ''))
  if (isDirectory) return { kind: 'directory', mode }
  const kept = { mode, ...(mtimeNs !== undefined && { mtimeNs }) }
  if ((all & 0o170000) === 0o120000)
    return { kind: 'symlink', link: content.toString('latin1'), ...(mtimeNs !== undefined && { mtimeNs }) }
  return { kind: 'file', hash: hash('sha256', content), ...kept }
}
