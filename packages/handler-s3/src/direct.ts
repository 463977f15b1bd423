import type { S3Client } from '@aws-sdk/client-s3'
import { type Exchange, exchange } from './exchange.ts'
import type { Headers } from './header-rules.ts'
import { type Condition, conditionFields, type PutRequest, unquote } from './put-request.ts'
import { type Credentials, encodePath, Signer, signingDate } from './sigv4.ts'

/** What the SDK made of the first request: from then on it is known where a key of the bucket is, and how it is signed. */
interface Way {
  readonly place: Pick<Exchange, 'protocol' | 'hostname' | 'port'>
  readonly host: string
  /** What the path of each key begins with. */
  readonly base: string
  readonly signer: Signer
  readonly userAgent: string
}

/** As far as it is looked at: a signed request of the SDK. */
interface SignedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Puts small objects past the SDK, whose layers cost more than all else that is done for them. Where to, and with which
 * credentials, is still decided by the SDK: its first request shows the way, and what is not plain goes through it for good.
 */
export class DirectPut {
  readonly #s3: S3Client
  readonly #agents: Exchange['agents']
  readonly #fields = new WeakMap<Headers, Fields | 'odd'>()
  #way: Way | undefined

  constructor(s3: S3Client, agents: Exchange['agents']) {
    this.#s3 = s3
    this.#agents = agents
    s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args)
          const { Key } = args.input as { readonly Key?: string } // of a command about an object
          if (commandName === 'PutObjectCommand' && Key !== undefined) {
            this.#way ??= wayOf(args.request as SignedRequest, Key) // of the HTTP protocol, which S3 speaks
          }
          return answer
        },
      { step: 'deserialize', name: 'clsyncWay', priority: 'low' },
    )
  }

  /** Whether it can go this way, as far as is known by now. */
  takes({ body, headers }: Pick<PutRequest, 'body' | 'headers'>): boolean {
    return this.#way !== undefined && body.length <= MOST_BYTES && this.#fieldsOf(headers) !== 'odd'
  }

  /** Returns the new ETag. To be called only with what it takes. Throws as the SDK does. */
  async put({ key, body, md5, headers, metadata, condition }: PutRequest, signal: AbortSignal): Promise<string> {
    const way = this.#way
    const fields = this.#fieldsOf(headers)
    if (way === undefined || fields === 'odd') throw new Error('it does not go this way')
    const { config } = this.#s3
    const credentials: Credentials = await config.credentials()
    const path = way.base + encodePath(key)
    const date = signingDate(Date.now() + config.systemClockOffset)
    const signed = [
      ...fields,
      ...Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const),
      ...conditionHeaders(condition),
      ...(credentials.sessionToken === undefined ? [] : [['x-amz-security-token', credentials.sessionToken] as const]),
      ['content-md5', md5] as const,
      ['host', way.host] as const,
      ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'] as const,
      ['x-amz-date', date] as const,
    ]
    const authorization = way.signer.sign({ method: 'PUT', path, headers: signed }, credentials, date)
    const own = [['content-length', String(body.length)] as const, ['user-agent', way.userAgent] as const]
    const { headers: answered } = await exchange(
      {
        ...way.place,
        ...{ agents: this.#agents, method: 'PUT', path, body },
        headers: [...signed, ...own, ['authorization', authorization] as const].flat(),
        tellTime: (ms) => (config.systemClockOffset = ms - Date.now()),
      },
      signal,
    )
    return unquote(answered.etag)
  }

  #fieldsOf(headers: Headers): Fields | 'odd' {
    let fields = this.#fields.get(headers)
    if (fields === undefined) this.#fields.set(headers, (fields = toFields(headers)))
    return fields
  }
}

/** The SDK asks the server to agree before it sends more, and what it costs does not matter there. */
const MOST_BYTES = 1024 * 1024

/** `undefined`: it is signed in a way of its own, or goes to a place that nothing can be learned from. */
function wayOf({ protocol, hostname, port, path, query = {}, headers }: SignedRequest, key: string): Way | undefined {
  const [, region] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request,/.exec(headers.authorization ?? '') ?? []
  const encoded = encodePath(key)
  const isPlain = path.endsWith(`/${encoded}`) && Object.keys(query).every((name) => name === 'x-id')
  if (region === undefined || !isPlain || headers.host === undefined) return undefined
  return {
    place: { protocol, hostname, port },
    host: headers.host,
    base: path.slice(0, -encoded.length),
    signer: new Signer(region),
    userAgent: headers['user-agent'] ?? 'clsync',
  }
}

type Fields = readonly (readonly [name: string, value: string])[]

const NAMES = {
  ContentType: 'content-type',
  CacheControl: 'cache-control',
  ContentEncoding: 'content-encoding',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
  StorageClass: 'x-amz-storage-class',
  ACL: 'x-amz-acl',
  Tagging: 'x-amz-tagging',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
} as const satisfies Record<keyof Headers['fields'], string>

/** `odd`: something of it is not sent, or not signed, as it stands there. */
function toFields({ fields, metadata }: Headers): Fields | 'odd' {
  const all = [
    ...Object.entries(fields).map(([name, value]) => [NAMES[name as keyof typeof NAMES], value] as const), // only these
    ...Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const),
  ]
  // What a user calls as clsync does is written over by clsync.
  const isOwn = Object.keys(metadata).some((name) => POSIX_NAMES.has(name))
  const isPlain =
    !isOwn && all.every(([name, value]) => /^[a-z0-9-]+$/.test(name) && /^[\x21-\x7E]+(?: [\x21-\x7E]+)*$/.test(value))
  return isPlain ? all : 'odd'
}

const POSIX_NAMES = new Set(['mtime', 'mode', 'uid', 'gid'])

function conditionHeaders(condition: Condition): Fields {
  const { IfMatch, IfNoneMatch } = conditionFields(condition)
  if (IfMatch !== undefined) return [['if-match', IfMatch]]
  return IfNoneMatch === undefined ? [] : [['if-none-match', IfNoneMatch]]
}
