import type { S3ServiceException } from '@aws-sdk/client-s3'
import { type Client, openClient } from './client.ts'
import type { Headers } from './header-rules.ts'
import type { S3Options } from './options.ts'
import { conditionFields, type PutRequest, unquote } from './put-request.ts'
import { type Counted, Requests } from './requests.ts'

export interface CopyRequest {
  readonly from: string
  readonly key: string
  /** What is kept with the copy; `undefined`: what is kept with the original. */
  readonly replaced: { readonly headers: Headers; readonly metadata: Readonly<Record<string, string>> } | undefined
  /** Those of the copy in any case. */
  readonly headers: Headers
  /** Of the original, which must still be that. */
  readonly etag: string
}

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
}

export interface ObjectHead {
  readonly etag: string
  readonly sizeBytes: number
  readonly metadata: Readonly<Record<string, string>>
  readonly contentType: string | undefined
  readonly cacheControl: string | undefined
  readonly contentEncoding: string | undefined
  readonly contentDisposition: string | undefined
  readonly contentLanguage: string | undefined
}

/** One bucket, in the words of this handler. All throw as {@link Requests.run} does. */
export class Bucket {
  readonly name: string
  readonly requests: Requests
  readonly #options: S3Options
  #opening: Promise<Client> | undefined
  #client: Client | undefined

  constructor(name: string, options: S3Options) {
    this.name = name
    this.#options = options
    this.requests = new Requests({
      most: options.concurrency,
      circumstances: () => ({
        bucket: name,
        endpoint: this.#client?.endpoint ?? options.endpoint ?? 'AWS S3',
        region: this.#client?.region ?? options.region ?? '(none)',
      }),
    })
  }

  /** Returns the new ETag. */
  async put(request: PutRequest, signal: AbortSignal): Promise<string> {
    return this.call('PUT', 's3:PutObject', signal, (client, abortSignal) =>
      client.direct.takes(request) ? client.direct.put(request, abortSignal) : putBySdk(client, this.name, request, abortSignal),
    )
  }

  /** Returns the ETag of the copy. Up to 5 GiB. */
  async copy({ from, key, replaced, headers, etag }: CopyRequest, signal: AbortSignal): Promise<string> {
    const { StorageClass, ACL, ServerSideEncryption, SSEKMSKeyId } = headers.fields
    const kept = { StorageClass, ACL, ServerSideEncryption, SSEKMSKeyId }
    const { CopyObjectResult } = await this.call('COPY', 's3:PutObject', signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(
        new sdk.CopyObjectCommand({
          Bucket: this.name,
          Key: key,
          CopySource: this.copySource(from),
          ...(etag !== '' && { CopySourceIfMatch: `"${etag}"` }),
          ...(replaced === undefined
            ? { ...kept, MetadataDirective: 'COPY', TaggingDirective: 'COPY' }
            : {
                ...replaced.headers.fields,
                Metadata: { ...replaced.headers.metadata, ...replaced.metadata },
                MetadataDirective: 'REPLACE',
                TaggingDirective: 'REPLACE',
              }),
        }),
        { abortSignal },
      ),
    )
    return unquote(CopyObjectResult?.ETag)
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    try {
      const head = await this.call('HEAD', 's3:GetObject', signal, ({ sdk, s3 }, abortSignal) =>
        s3.send(new sdk.HeadObjectCommand({ Bucket: this.name, Key: key }), { abortSignal }),
      )
      return {
        etag: unquote(head.ETag),
        sizeBytes: head.ContentLength ?? 0,
        metadata: head.Metadata ?? {},
        contentType: head.ContentType,
        cacheControl: head.CacheControl,
        contentEncoding: head.ContentEncoding,
        contentDisposition: head.ContentDisposition,
        contentLanguage: head.ContentLanguage,
      }
    } catch (error) {
      if ((error as { failure?: { class: string } }).failure?.class === 'absent') return undefined
      throw error
    }
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    await this.call('DELETE', 's3:DeleteObject', signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(new sdk.DeleteObjectCommand({ Bucket: this.name, Key: key }), { abortSignal }),
    )
  }

  /** At most 1 000. Returns the reasons of those that are still there. */
  async deleteMany(keys: readonly string[], signal: AbortSignal): Promise<Map<string, S3ServiceException>> {
    const { Errors = [] } = await this.call('DELETE', 's3:DeleteObject', signal, ({ sdk, s3 }, abortSignal) =>
      s3.send(
        new sdk.DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
        { abortSignal },
      ),
    )
    const { sdk } = await this.#open()
    return new Map(
      Errors.filter(({ Code }) => Code !== 'NoSuchKey').map(({ Key = '', Code = 'Unknown', Message = Code }) => [
        Key,
        new sdk.S3ServiceException({ name: Code, message: Message, $fault: 'server', $metadata: { httpStatusCode: 200 } }),
      ]),
    )
  }

  /** All objects below a prefix, by their keys, a page at a time. */
  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject[]> {
    let token: string | undefined
    do {
      const page = await this.call('LIST', 's3:ListBucket', signal, ({ sdk, s3 }, abortSignal) =>
        s3.send(
          new sdk.ListObjectsV2Command({
            Bucket: this.name,
            Prefix: prefix,
            EncodingType: 'url', // XML has no way to write every key
            ...(token !== undefined && { ContinuationToken: token }),
          }),
          { abortSignal },
        ),
      )
      const decode = page.EncodingType === 'url' ? decodeKey : (key: string) => key
      yield (page.Contents ?? []).map(({ Key = '', Size = 0, ETag }) => ({
        key: decode(Key),
        sizeBytes: Size,
        etag: unquote(ETag),
      }))
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (token !== undefined)
  }

  copySource(key: string): string {
    return `${this.name}/${key.split('/').map(encodeURIComponent).join('/')}`
  }

  /** Any other request. */
  async call<T>(
    what: Counted,
    permission: string,
    signal: AbortSignal,
    send: (client: Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const client = await this.#open()
    return this.requests.run(what, permission, signal, (abortSignal) => send(client, abortSignal))
  }

  close(): void {
    this.#client?.s3.destroy()
  }

  async #open(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    this.#opening ??= openClient(this.#options).finally(() => (this.#opening = undefined))
    return (this.#client = await this.#opening)
  }
}

async function putBySdk({ sdk, s3 }: Client, bucket: string, request: PutRequest, abortSignal: AbortSignal): Promise<string> {
  const { key, body, md5, headers, metadata, condition } = request
  const { ETag } = await s3.send(
    new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentLength: body.length,
      ContentMD5: md5,
      ...headers.fields,
      Metadata: { ...headers.metadata, ...metadata },
      ...conditionFields(condition),
    }),
    { abortSignal },
  )
  return unquote(ETag)
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '))
}
