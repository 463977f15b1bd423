import { createHmac, hash } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface Unsigned {
  readonly method: string
  /** As it is sent: encoded, without a query. */
  readonly path: string
  /** All that are to be signed, among them `host` and `x-amz-content-sha256`: small names, values as they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Signs requests to S3 in one region (AWS Signature Version 4). The key of a day is derived once. */
export class Signer {
  readonly #region: string
  #day = ''
  #secret = ''
  #key: Buffer = Buffer.alloc(0)

  constructor(region: string) {
    this.#region = region
  }

  /** The value of `authorization`; `date` is that of `x-amz-date`. */
  sign({ method, path, headers }: Unsigned, { accessKeyId, secretAccessKey }: Credentials, date: string): string {
    const day = date.slice(0, 8)
    const sorted = headers.toSorted(([a], [b]) => (a < b ? -1 : 1))
    const names = sorted.map(([name]) => name).join(';')
    const payload = sorted.find(([name]) => name === 'x-amz-content-sha256')?.[1] ?? ''
    const lines = sorted.map(([name, value]) => `${name}:${value}\n`).join('')
    const canonical = `${method}\n${path}\n\n${lines}\n${names}\n${payload}`
    const scope = `${day}/${this.#region}/s3/aws4_request`
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical, 'hex')}`
    const signature = createHmac('sha256', this.#keyOf(day, secretAccessKey)).update(text).digest('hex')
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  }

  #keyOf(day: string, secret: string): Buffer {
    if (day !== this.#day || secret !== this.#secret) {
      this.#key = [day, this.#region, 's3', 'aws4_request'].reduce(
        (key, text) => createHmac('sha256', key).update(text).digest(),
        Buffer.from(`AWS4${secret}`),
      )
      this.#day = day
      this.#secret = secret
    }
    return this.#key
  }
}

/** As `x-amz-date` has it. */
export function signingDate(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[:-]|\.\d+/g, '')
}

/** A key, or what else stands in a path, as it is sent and signed. */
export function encodePath(text: string): string {
  return text
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/')
}
