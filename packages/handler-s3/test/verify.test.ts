import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lacksRadosgw, Radosgw } from './radosgw.ts'
import { Site } from './site.ts'

const lacking = lacksRadosgw()
if (lacking !== undefined) console.log(`left out: ${lacking}`)

describe.skipIf(lacking !== undefined)('verifying', () => {
  let server: Radosgw
  let site: Site
  beforeAll(async () => {
    server = await Radosgw.open()
    await server.start()
  })
  afterAll(() => server.dispose())
  beforeEach(async () => {
    site = await Site.open(server)
  })
  afterEach(() => site.dispose())

  const object = (name: string) => ({ Bucket: site.bucket.bucket, Key: site.key(name) })

  test('tells what others have changed or deleted, by one listing, and it can be sent again', async () => {
    for (const name of ['changed', 'deleted', 'same']) site.source.write(name, name)
    site.source.write('large', Buffer.alloc(6 * 1024 * 1024, 1))
    await site.use({ partSize: 5 })
    await site.send('changed', 'deleted', 'same', 'large')
    await site.bucket.client.send(new PutObjectCommand({ ...object('changed'), Body: 'theirs' }))
    await site.bucket.client.send(new DeleteObjectCommand(object('deleted')))
    await site.bucket.client.send(new PutObjectCommand({ ...object('others'), Body: 'theirs' }))
    site.proxy.take()
    expect(await site.verify()).toEqual(['changed', 'deleted'])
    expect(site.proxy.take()).toEqual({ LIST: 1 })
    expect(await site.send('changed', 'deleted', 'same')).toMatchObject({ failed: [] })
    expect((await site.get('changed')).content.toString()).toBe('changed')
    expect(await site.keys()).toEqual(['changed', 'deleted', 'large', 'others', 'same'])
    expect(await site.verify()).toEqual([])
  })
})
