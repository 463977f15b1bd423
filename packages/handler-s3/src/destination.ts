import { refuse } from '@clsync/core/handler'
import type { S3Options } from './options.ts'

/** A place in a bucket. */
export interface Destination {
  readonly bucket: string
  /** What every key begins with: empty, or ending with a slash. */
  readonly prefix: string
}

/** Reads `s3://bucket/prefix`; refuses what is none. */
export function parseDestination(text: string): Destination {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(text) ?? []
  if (bucket === '') {
    throw refuse({ message: `"${text}" is no place in S3.`, fix: 'Write it as s3://bucket or s3://bucket/prefix.' })
  }
  // An access point is named by its ARN, which has colons and slashes where a bucket has none.
  if (bucket.startsWith('arn:') || !/^[A-Za-z0-9._-]{3,255}$/.test(bucket)) {
    throw refuse({
      message: `"${bucket}" in "${text}" is no name of a bucket.`,
      fix: 'Names have letters, digits, dots and hyphens. For an access point write its alias.',
    })
  }
  const parts = path.split('/').filter((part) => part !== '')
  if (parts.some((part) => part === '.' || part === '..')) {
    throw refuse({ message: `The prefix of "${text}" has "." or ".." in it.`, fix: 'Write the prefix as the keys have it.' })
  }
  return { bucket, prefix: parts.map((part) => `${part}/`).join('') }
}

/** Which target the options name. */
export function identityOf({ destination, endpoint }: Pick<S3Options, 'destination' | 'endpoint'>): string {
  const { bucket, prefix } = parseDestination(destination)
  return `${endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? 'aws'} ${bucket}/${prefix}`
}
