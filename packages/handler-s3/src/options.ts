import { z } from '@clsync/core/handler'
import { priceOptions } from './prices.ts'
import type { Published } from './published.ts'

/** What may be said of some objects. */
const objectFields = {
  cacheControl: z.string().min(1).optional().describe('Cache-Control header.'),
  contentType: z.string().min(1).optional().describe('Content-Type. Default: by the extension, texts with charset=utf-8.'),
  contentEncoding: z.string().min(1).optional().describe('Content-Encoding, of files that are encoded already.'),
  contentDisposition: z.string().min(1).optional().describe('Content-Disposition header.'),
  contentLanguage: z.string().min(1).optional().describe('Content-Language header.'),
  storageClass: z.string().min(1).optional().describe('Storage class, as STANDARD_IA. Default: what the bucket decides.'),
  acl: z.string().min(1).optional().describe('Canned access list, as public-read. Default: none is sent.'),
  tags: z.record(z.string(), z.string()).optional().describe('Tags of the object.'),
  encryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional().describe('Server side encryption. Default: the bucket’s.'),
  kmsKey: z.string().min(1).optional().describe('Id or ARN of the key for aws:kms.'),
  metadata: z.record(z.string(), z.string()).optional().describe('User metadata besides that of the file.'),
  compress: z
    .enum(['gzip', 'brotli', 'none'])
    .optional()
    .describe('Files of at most 32 MiB are sent compressed, with Content-Encoding.'),
}

const headerRule = z.strictObject({
  match: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('Globs below the source. One without a slash is tried on the name alone.'),
  ...objectFields,
})

export type HeaderRule = z.output<typeof headerRule>

/** What a user may say about an S3 target. */
export const s3Options = z.strictObject({
  destination: z.string().min(1).describe('Where to: s3://bucket or s3://bucket/prefix.'),
  endpoint: z.url().optional().describe('URL of a server other than AWS. Default: AWS, or AWS_ENDPOINT_URL of the environment.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('Region. Default: that of the environment or profile, us-east-1 with an endpoint.'),
  pathStyle: z
    .boolean()
    .optional()
    .describe('The bucket in the path instead of in the host name. Default: true with an endpoint, else false.'),
  profile: z.string().min(1).optional().describe('Profile of ~/.aws/config. Default: the usual chain of credentials.'),
  directories: z
    .enum(['none', 'markers'])
    .default('none')
    .describe('markers: each directory is an empty object whose key ends with a slash, so that empty ones are kept.'),
  symlinks: z
    .enum(['skip', 'follow', 'store'])
    .default('skip')
    .describe('follow: links to files of the source are sent as these files. store: as objects in the form of s3fs.'),
  attributes: z
    .enum(['posix', 'mtime', 'none'])
    .default('posix')
    .describe('posix: mtime, mode, uid and gid, as rclone and s3fs read them. mtime: as rclone alone does.'),
  delete: z
    .enum(['owned', 'prefix', 'never'])
    .default('owned')
    .describe('owned: only what clsync put there or found equal is deleted. prefix: anything below the prefix.'),
  conflicts: z
    .enum(['detect', 'overwrite'])
    .default('detect')
    .describe('detect: an object that somebody else has changed is not overwritten, where the server can tell.'),
  compare: z
    .enum(['content', 'full'])
    .default('content')
    .describe(
      'At first contact an object with the same content is taken as it is; full: its metadata is looked at, too (a HEAD each).',
    ),
  publish: z
    .enum(['unordered', 'ordered'])
    .default('unordered')
    .describe('ordered: entry documents after all others, and only when these have arrived; deletes last.'),
  entryDocuments: z
    .array(z.string().min(1))
    .default(['*.html', '*.htm'])
    .describe('Globs of what is sent last with publish: ordered.'),
  ...objectFields,
  headers: z
    .array(headerRule)
    .default([])
    .describe('Rules by glob, for what the options above say of all; later ones win, field by field.'),
  concurrency: z.int().min(1).max(512).default(64).describe('The most requests at once; how many, is found out.'),
  partSize: z.int().min(5).max(1024).default(16).describe('MiB in a part of a large file, more for very large ones.'),
  memory: z.int().min(16).max(4096).default(64).describe('MiB of content on its way at once.'),
  onPublished: z
    .custom<(published: Published) => void | Promise<void>>((value) => typeof value === 'function', 'a function is needed')
    .optional()
    .describe('Called after a batch with the keys that changed. What it throws is told, and it is called again.'),
  cloudFront: z
    .strictObject({
      distribution: z.string().min(1).describe('Id of the distribution.'),
      mostPaths: z.int().min(1).max(3000).default(500).describe('More changed paths than these become one /*.'),
    })
    .optional()
    .describe('Invalidates what changed. Needs the package @aws-sdk/client-cloudfront.'),
  prices: priceOptions.describe('For the estimate of a dry run, in your currency.'),
})

export type S3Options = z.output<typeof s3Options>
