import { hash } from 'node:crypto'
import type { ObjectCannedACL, ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3'
import { contentTypeOf } from './content-type.ts'
import { matcher } from './glob.ts'
import type { HeaderRule, S3Options } from './options.ts'

/** What is kept with an object besides its bytes and what its file says. */
export interface Headers {
  readonly fields: {
    readonly ContentType: string
    readonly CacheControl?: string
    readonly ContentEncoding?: string
    readonly ContentDisposition?: string
    readonly ContentLanguage?: string
    readonly StorageClass?: StorageClass
    readonly ACL?: ObjectCannedACL
    readonly Tagging?: string
    readonly ServerSideEncryption?: ServerSideEncryption
    readonly SSEKMSKeyId?: string
  }
  readonly metadata: Readonly<Record<string, string>>
  readonly compress: 'gzip' | 'brotli' | undefined
  /** The same for the same of all that. */
  readonly hash: string
}

type Fields = Omit<HeaderRule, 'match'>

/** Decides by the rules of a user what is kept with each object. */
export class HeaderRules {
  readonly #common: Fields
  readonly #rules: readonly { readonly fits: (path: string) => boolean; readonly fields: Fields }[]
  readonly #known = new Map<string, Headers>()

  constructor(options: S3Options) {
    this.#common = options
    this.#rules = options.headers.map(({ match, ...fields }) => ({ fits: matcher([match].flat()), fields }))
  }

  of(path: string): Headers {
    const fitting = this.#rules.filter(({ fits }) => fits(path)).map(({ fields }) => fields)
    const type = contentTypeOf(path)
    const key = `${type} ${fitting.map((fields) => this.#rules.findIndex((rule) => rule.fields === fields)).join()}`
    let headers = this.#known.get(key)
    if (headers === undefined) this.#known.set(key, (headers = toHeaders(merge([this.#common, ...fitting]), type)))
    return headers
  }

  /** Of what stands for a directory or a link. */
  ofMark(contentType: string): Headers {
    const { storageClass: _class, ...common } = this.#common
    return toHeaders(
      merge([
        common,
        { contentType, compress: 'none' },
        { cacheControl: undefined, contentEncoding: undefined, contentDisposition: undefined },
      ]),
      contentType,
    )
  }
}

function merge(all: readonly Fields[]): Fields {
  return Object.assign({}, ...all) as Fields // of fields only
}

function toHeaders(fields: Fields, type: string): Headers {
  const compress = fields.compress === 'none' ? undefined : fields.compress
  const encoding = compress === undefined ? fields.contentEncoding : compress === 'brotli' ? 'br' : 'gzip'
  const tags = fields.tags === undefined ? undefined : new URLSearchParams(fields.tags).toString()
  const given = {
    ContentType: fields.contentType ?? type,
    CacheControl: fields.cacheControl,
    ContentEncoding: encoding,
    ContentDisposition: fields.contentDisposition,
    ContentLanguage: fields.contentLanguage,
    StorageClass: fields.storageClass,
    ACL: fields.acl,
    Tagging: tags,
    ServerSideEncryption: fields.encryption,
    SSEKMSKeyId: fields.kmsKey,
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const metadata = Object.fromEntries(Object.entries(fields.metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    fields: known as unknown as Headers['fields'], // names are those of S3, values what the user wrote: the server judges them
    metadata,
    compress,
    hash: hash('sha1', JSON.stringify([known, metadata])).slice(0, 16),
  }
}
