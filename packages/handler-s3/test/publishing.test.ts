import { gunzipSync } from 'node:zlib'
import fs from 'node:fs'
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Published } from '../src/published.ts'
import { lacksRadosgw, Radosgw } from './radosgw.ts'
import { Site } from './site.ts'

const lacking = lacksRadosgw()
if (lacking !== undefined) console.log(`left out: ${lacking}`)

describe.skipIf(lacking !== undefined)('publishing', () => {
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

  const put = (name: string, Body: string) =>
    site.bucket.client.send(new PutObjectCommand({ Bucket: site.bucket.bucket, Key: site.key(name), Body }))

  test('keeps what rules say with each object, by its name', async () => {
    site.source.write('a.html', '<p>')
    site.source.write('assets/b.css', 'p {}')
    await site.use({
      cacheControl: 'no-cache',
      headers: [{ match: 'assets/**', cacheControl: 'immutable', metadata: { Team: 'web' } }],
    })
    await site.send('a.html', 'assets/b.css')
    expect(await site.get('a.html')).toMatchObject({ ContentType: 'text/html; charset=utf-8', CacheControl: 'no-cache' })
    expect(await site.get('assets/b.css')).toMatchObject({ CacheControl: 'immutable', Metadata: { team: 'web' } })
  })

  test('applies changed rules to what they concern, and to nothing else', async () => {
    site.source.write('a.html', '<p>')
    site.source.write('b.css', 'p {}')
    site.source.write('large.css', 'p {}'.repeat(200_000))
    await site.send('a.html', 'b.css', 'large.css')
    await site.use({ headers: [{ match: '*.css', cacheControl: 'immutable' }], conflicts: 'overwrite' })
    site.source.write('c', 'new')
    await site.send('c')
    expect(site.proxy.take()).toEqual({ COPY: 1, PUT: 2 })
    expect((await site.get('large.css')).CacheControl).toBe('immutable')
    expect((await site.get('b.css')).CacheControl).toBe('immutable')
  })

  test('sends files compressed where a rule says so, and not again when they are as they were', async () => {
    site.source.write('a.js', 'x'.repeat(10_000))
    await site.use({ compress: 'gzip' })
    await site.send('a.js')
    const { content, ContentEncoding } = await site.get('a.js')
    expect(ContentEncoding).toBe('gzip')
    expect(gunzipSync(content).toString()).toBe('x'.repeat(10_000))
    site.proxy.take()
    await site.send('a.js')
    expect(site.proxy.take()).toEqual({})
  })

  test('gives a renamed file the type of its new name', async () => {
    site.source.write('a.txt', 'text')
    await site.send('a.txt')
    site.source.move('a.txt', 'a.html')
    site.proxy.take()
    await site.send('a.txt>a.html')
    expect(site.proxy.take()).toEqual({ COPY: 1, DELETE: 1 })
    expect(await site.get('a.html')).toMatchObject({ ContentType: 'text/html; charset=utf-8' })
    expect(await site.keys()).toEqual(['a.html'])
  })

  test('sends entry documents last, and deletes after them', async () => {
    for (const name of ['index.html', 'z.css', 'old.css']) site.source.write(name, name)
    await site.use({ publish: 'ordered' })
    await site.send('old.css')
    const order: string[] = []
    site.proxy.intercept = (_kind, { method, url }) => void order.push(`${method} ${url?.split('/').at(-1)?.split('?')[0]}`)
    await site.send('-old.css', 'index.html', 'z.css')
    expect(order).toEqual(['PUT z.css', 'PUT index.html', 'DELETE old.css'])
  })

  test('holds entry documents and deletes back while something else has not arrived', async () => {
    for (const name of ['index.html', 'z.css', 'old.css']) site.source.write(name, name)
    await site.use({ publish: 'ordered' })
    await site.send('old.css')
    site.proxy.intercept = (_kind, { url }) => {
      return url?.includes('z.css') === true ? { status: 400, body: '<Error><Code>Odd</Code></Error>' } : undefined
    }
    const { failed = [] } = await site.send('-old.css', 'index.html', 'z.css')
    expect(failed.map(({ path }) => path).toSorted()).toEqual(['index.html', 'old.css', 'z.css'])
    expect(await site.keys()).toEqual(['old.css'])
    site.proxy.intercept = undefined
    await site.send('-old.css', 'index.html', 'z.css')
    expect(await site.keys()).toEqual(['index.html', 'z.css'])
  })

  test('does not overwrite what somebody else has written', async () => {
    site.source.write('a', 'first')
    await site.send('a')
    await put('a', 'theirs')
    site.source.write('a', 'second')
    const { failed = [] } = await site.send('a')
    expect(String(failed[0]?.error)).toMatch(/Somebody else has written .*clsync verify/)
    expect((await site.get('a')).content.toString()).toBe('theirs')
    await site.use({ conflicts: 'overwrite' })
    await site.send('a')
    expect((await site.get('a')).content.toString()).toBe('second')
  })

  test('does not overwrite what somebody else has made since the bucket was listed', async () => {
    site.source.write('a', 'ours')
    site.source.write('b', 'ours')
    await site.send('a')
    await put('b', 'theirs')
    const { failed = [] } = await site.send('b')
    expect(failed.map(({ path }) => path)).toEqual(['b'])
  })

  test('deletes only what it has put, unless the user says more', async () => {
    await put('theirs', 'x')
    site.source.write('ours', 'x')
    await site.send('ours')
    const { failed = [] } = await site.send('-theirs', '-ours')
    expect(String(failed[0]?.error)).toMatch(/was not put there by clsync/)
    expect(await site.keys()).toEqual(['theirs'])
    await site.use({ delete: 'prefix' })
    await site.send('-theirs')
    expect(await site.keys()).toEqual([])
  })

  test('never deletes where it must not', async () => {
    site.source.write('ours', 'x')
    await site.use({ delete: 'never' })
    await site.send('ours')
    expect((await site.send('-ours')).failed).toEqual([])
    expect(await site.keys()).toEqual(['ours'])
  })

  test('follows links inside of the source, and sends them again when what they lead to changes', async () => {
    site.source.write('real.txt', 'one')
    site.source.link('link.html', 'real.txt')
    site.source.link('out', '/etc/hostname')
    await site.use({ symlinks: 'follow' })
    await site.send('real.txt', 'link.html', 'out')
    expect(await site.keys()).toEqual(['link.html', 'real.txt'])
    site.source.write('real.txt', 'two')
    await site.send('real.txt')
    expect(await site.get('link.html')).toMatchObject({ content: Buffer.from('two'), ContentType: 'text/html; charset=utf-8' })
  })

  test('shows a name that S3 cannot hold, and sends the rest', async () => {
    const long = Array.from({ length: 6 }, () => 'n'.repeat(200)).join('/')
    site.source.write(long, 'x')
    site.source.write('short', 'x')
    const { failed = [] } = await site.send(long, 'short')
    expect(String(failed[0]?.error)).toMatch(/needs a key of 12\d\d bytes; S3 takes 1024/)
    expect(await site.keys()).toEqual(['short'])
  })

  test('sets times at the server when the bytes are as they were', async () => {
    site.source.write('large', Buffer.alloc(20 * 1024 * 1024, 1))
    await site.send('large')
    fs.utimesSync(site.source.at('large'), 1, 1_600_000_000.5)
    site.proxy.take()
    await site.send('large')
    expect(site.proxy.take()).toEqual({ COPY: 1 })
    expect((await site.get('large')).Metadata?.mtime).toBe('1600000000.500000000')
  })

  test('takes what others have uploaded in parts of the usual sizes for equal', async () => {
    site.source.write('large', Buffer.alloc(20 * 1024 * 1024, 1))
    await site.use({ partSize: 5 })
    await site.send('large')
    fs.rmSync(`${site.stateDir}/holdings.db`)
    await site.use({ partSize: 16 })
    await site.send('large')
    expect(site.proxy.take()).toEqual({ LIST: 1 })
  })

  test('aborts an upload of which it has not heard that it had begun', async () => {
    site.source.write('a', 'x')
    site.source.write('large', Buffer.alloc(20 * 1024 * 1024, 1))
    await site.use()
    site.proxy.intercept = (kind) => (kind === 'POST' ? { status: 400, body: '<Error><Code>Odd</Code></Error>' } : undefined)
    await site.send('large')
    site.proxy.intercept = undefined
    // As if only the answer had been lost.
    const Bucket = site.bucket.bucket
    await site.bucket.client.send(new CreateMultipartUploadCommand({ Bucket, Key: site.key('large') }))
    await site.send('a')
    const { Uploads = [] } = await site.bucket.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: site.key('') }))
    expect(Uploads).toEqual([])
  })

  test('tells what was published, until it has been heard', async () => {
    const heard: Published[] = []
    let isDeaf = true
    const onPublished = (published: Published): void => {
      if (isDeaf) throw new Error('not now')
      heard.push(published)
    }
    site.source.write('a', 'x')
    site.source.write('b', 'x')
    await site.use({ onPublished })
    await site.send('a')
    isDeaf = false
    await site.send('b')
    expect(heard).toEqual([{ bucket: 'sites', changed: [site.key('a'), site.key('b')], deleted: [] }])
    expect(site.told).toContain('what was published could not be announced; it is tried again')
  })

  test('lets the server breathe when it is asked to', async () => {
    for (let at = 0; at < 30; at++) site.source.write(`f${at}`, 'x')
    let refusals = 20
    site.proxy.intercept = (kind) =>
      kind === 'PUT' && refusals-- > 0 ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' } : undefined
    const { failed } = await site.send(...Array.from({ length: 30 }, (_unused, at) => `f${at}`))
    expect(failed).toEqual([])
    expect(await site.keys()).toHaveLength(30)
  })
})
