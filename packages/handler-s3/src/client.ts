import { hash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { S3Client } from '@aws-sdk/client-s3'
import { DirectPut } from './direct.ts'
import type { S3Options } from './options.ts'
import { CONNECT_MS, SILENCE_MS } from './patience.ts'

/** The part of the SDK that is used: loading it takes a tenth of a second, so it waits for the first request. */
type Sdk = typeof import('@aws-sdk/client-s3')

export interface Client {
  readonly sdk: Sdk
  readonly s3: S3Client
  readonly direct: DirectPut
  readonly region: string
  readonly endpoint: string
}

/** Makes the client. Each request is tried once: what becomes of it is decided in one place, for all at once. */
export async function openClient(options: S3Options): Promise<Client> {
  const sdk = await import('@aws-sdk/client-s3')
  const { endpoint, region, profile, pathStyle, concurrency } = options
  const own = endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  const hasRegion = region !== undefined || process.env.AWS_REGION !== undefined
  const kept = { keepAlive: true, maxSockets: concurrency }
  const agents = { http: new http.Agent(kept), https: new https.Agent(kept) }
  const s3 = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    // Other servers rarely care, but the client wants one.
    ...(!hasRegion && own !== undefined && { region: 'us-east-1' }),
    ...(profile !== undefined && { profile }),
    forcePathStyle: pathStyle ?? own !== undefined,
    maxAttempts: 1,
    // Content-MD5 is sent with all content and checked by every server; the newer checksums are not.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
  })
  // It goes through each input and output for a log that nobody reads.
  s3.middlewareStack.remove('loggerMiddleware')
  checkBodies(s3)
  const direct = new DirectPut(s3, agents)
  return { sdk, s3, direct, region: await s3.config.region().catch(() => '(none)'), endpoint: own ?? 'AWS S3' }
}

interface HttpRequest {
  headers: Record<string, string>
  body?: unknown
}

/**
 * Content that has an MD5 in a signed header need not be hashed once more for the signature. A list of keys to delete gets one as
 * well: not every server takes the newer checksums in its place.
 */
function checkBodies(s3: S3Client): void {
  s3.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const request = args.request as HttpRequest // of the HTTP protocol, which S3 speaks
        if (commandName === 'DeleteObjectsCommand' && typeof request.body === 'string') {
          for (const name of Object.keys(request.headers))
            if (/^x-amz-(?:sdk-)?checksum/i.test(name)) delete request.headers[name]
          request.headers['content-md5'] = hash('md5', request.body, 'base64')
        }
        if (request.headers['content-md5'] !== undefined && typeof request.body !== 'string') {
          request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
        }
        return next(args)
      },
    { step: 'build', name: 'clsyncBodies', priority: 'low' },
  )
}
