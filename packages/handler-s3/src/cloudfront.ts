import { hash } from 'node:crypto'
import { refuse } from '@clsync/core/handler'
import type { S3Options } from './options.ts'
import type { Published } from './published.ts'

/** Returns what invalidates in a distribution of CloudFront what has changed in its bucket. Refuses without its SDK. */
export async function openCloudFront(
  { profile }: S3Options,
  { distribution, mostPaths }: NonNullable<S3Options['cloudFront']>,
  prefix: string,
): Promise<(published: Published) => Promise<void>> {
  const { CloudFrontClient, CreateInvalidationCommand } = await load()
  const client = new CloudFrontClient({ region: 'us-east-1', ...(profile !== undefined && { profile }) })
  return async ({ changed, deleted }) => {
    const paths = pathsOf([...changed, ...deleted], prefix, mostPaths)
    await client.send(
      new CreateInvalidationCommand({
        DistributionId: distribution,
        InvalidationBatch: {
          CallerReference: `clsync-${Date.now()}-${hash('md5', paths.join('\n'))}`,
          Paths: { Quantity: paths.length, Items: paths },
        },
      }),
    )
  }
}

/**
 * Of a site whose origin is the prefix: paths begin behind it. A directory's own path is that of its index document.
 */
export function pathsOf(keys: readonly string[], prefix: string, most: number): string[] {
  const paths = new Set<string>()
  for (const key of keys) {
    const path = `/${key.slice(prefix.length).split('/').map(encodeURIComponent).join('/')}`
    paths.add(path)
    if (path.endsWith('/index.html')) paths.add(path.slice(0, -'index.html'.length))
  }
  return paths.size > most ? ['/*'] : [...paths].toSorted()
}

async function load(): Promise<typeof import('@aws-sdk/client-cloudfront')> {
  try {
    return await import('@aws-sdk/client-cloudfront')
  } catch (cause) {
    throw refuse({
      message: 'The option `cloudFront` needs the SDK of CloudFront, which is not installed.',
      fix: 'npm install @aws-sdk/client-cloudfront',
      cause,
    })
  }
}
