import { conformance } from '@clsync/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import s3 from '../src/index.ts'
import { lacksRadosgw, Radosgw } from './radosgw.ts'
import { S3Stage } from './s3-stage.ts'

const lacking = lacksRadosgw()
if (lacking !== undefined) console.log(`left out: ${lacking}`)

describe.skipIf(lacking !== undefined)('conformance, all that is carried', () => {
  let server: Radosgw
  beforeAll(async () => {
    server = await Radosgw.open()
    await server.start()
    Object.assign(process.env, server.env)
  })
  afterAll(() => server.dispose())

  let count = 0
  const target = async () => {
    const stage = await S3Stage.open(server, 'conformance')
    const prefix = `case-${++count}/`
    return {
      options: {
        destination: `s3://${stage.bucket}/${prefix}`,
        endpoint: server.endpoint,
        directories: 'markers',
        symlinks: 'store',
      },
      read: () => stage.read(prefix),
      dispose: async () => stage.close(),
    }
  }
  test.each(conformance({ handler: s3, target }))('$name', { timeout: 120_000 }, async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
