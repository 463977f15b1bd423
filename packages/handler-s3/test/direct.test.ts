import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodePath, Signer, signingDate } from '../src/sigv4.ts'
import { lacksRadosgw, Radosgw } from './radosgw.ts'
import { Site } from './site.ts'

describe('a signature', () => {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  const headers = [
    ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
    ['host', 'examplebucket.s3.amazonaws.com'],
    ['x-amz-content-sha256', '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'],
    ['x-amz-date', '20130524T000000Z'],
    ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
  ] as const
  const request = { method: 'PUT', path: encodePath('/test$file.text'), headers: headers.toReversed() }
  const sign = (signer: Signer, secret = credentials.secretAccessKey, date = '20130524T000000Z'): string | undefined =>
    signer.sign(request, { ...credentials, secretAccessKey: secret }, date).split('Signature=')[1]

  test('is that of the example in the documentation of S3', () => {
    expect(sign(new Signer('us-east-1'))).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd')
  })

  test('is made with the key of the day and of the credentials, whatever was signed before', () => {
    const signer = new Signer('us-east-1')
    const first = sign(signer)
    expect(sign(signer, 'another')).toBe(sign(new Signer('us-east-1'), 'another'))
    expect(sign(signer, undefined, '20130525T000000Z')).toBe(sign(new Signer('us-east-1'), undefined, '20130525T000000Z'))
    expect(sign(signer)).toBe(first)
  })

  test('is dated in seconds', () => {
    expect(signingDate(Date.UTC(2013, 4, 24, 1, 2, 3, 456))).toBe('20130524T010203Z')
  })

  test('holds every sign of a key', () => {
    expect(encodePath("a b/c+d%/é!'()*~-._\u{1F600}")).toBe('a%20b/c%2Bd%25/%C3%A9%21%27%28%29%2A~-._%F0%9F%98%80')
  })
})

const lacking = lacksRadosgw()
if (lacking !== undefined) console.log(`left out: ${lacking}`)

describe.skipIf(lacking !== undefined)('an object put past the SDK', () => {
  let server: Radosgw
  let site: Site
  let seen: IncomingHttpHeaders[]
  beforeAll(async () => {
    server = await Radosgw.open()
    await server.start()
  })
  afterAll(() => server.dispose())
  beforeEach(async () => {
    site = await Site.open(server)
    seen = []
  })
  afterEach(() => site.dispose())

  const record = (): void => {
    site.proxy.intercept = (kind, { headers }) => void (kind === 'PUT' && seen.push(headers))
  }
  /** The SDK numbers its requests. */
  const isDirect = (headers: IncomingHttpHeaders | undefined): boolean =>
    headers !== undefined && headers['amz-sdk-invocation-id'] === undefined

  test('is asked for as the SDK asks for it, after the first', async () => {
    for (const name of ['a.html', 'b.html']) site.source.write(name, '<p>')
    await site.use({ cacheControl: 'max-age=1, public', contentLanguage: 'de', metadata: { Team: 'web 1' }, tags: { a: 'b c' } })
    record()
    await site.send('a.html')
    await site.send('b.html')
    const bySdk = seen[0] ?? {}
    expect(seen.map(isDirect)).toEqual([false, true])
    // What tells requests apart, and what the SDK adds for itself.
    const own = /^(?:authorization|x-amz-date|x-amz-meta-mtime|x-amz-user-agent|amz-sdk-.*)$/
    const rest = (headers: IncomingHttpHeaders = {}) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !own.test(name)))
    expect(rest(seen[1])).toEqual(rest(bySdk))
    const { ContentType, CacheControl, ContentLanguage, Metadata } = await site.get('a.html')
    const put = await site.get('b.html')
    expect(put).toMatchObject({ ContentType, CacheControl, ContentLanguage })
    expect(Object.keys(put.Metadata ?? {}).toSorted()).toEqual(Object.keys(Metadata ?? {}).toSorted())
  })

  test.each(["a b'(c)*!", 'é/ü\u{1F600}', 'x+y%20&=?#', '~-._', 'a\nb'])('has the key %j', async (name) => {
    site.source.write('first', '1')
    site.source.write(name, 'content')
    await site.use()
    await site.send('first')
    record()
    expect(await site.send(name)).toMatchObject({ failed: [] })
    expect(seen.map(isDirect)).toEqual([true])
    expect((await site.get(name)).content.toString()).toBe('content')
  })

  test.each([
    ['is large', {}, 'x'.repeat(1024 * 1024 + 1)],
    ['has headers that are not plain', { metadata: { who: 'a  b' } }, 'x'],
    ['has metadata of the user with the name of ours', { metadata: { mtime: '1' } }, 'x'],
  ])('does not go that way when it %s', async (_what, options, content) => {
    site.source.write('first', '1')
    site.source.write('a', content)
    await site.use(options)
    await site.send('first')
    record()
    expect(await site.send('a')).toMatchObject({ failed: [] })
    expect(seen.map(isDirect)).toEqual([false])
  })

  test('is put with the time of the server when that does not take ours', async () => {
    for (const name of ['a', 'b']) site.source.write(name, name)
    await site.send('a')
    const dates: (string | undefined)[] = []
    const ahead = new Date(Date.now() + 3_600_000)
    site.proxy.intercept = (_kind, { headers }) => {
      dates.push(String(headers['x-amz-date']).slice(0, 11))
      if (dates.length > 1) return undefined
      const body = '<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message></Error>'
      return { status: 403, body, headers: { date: ahead.toUTCString() } }
    }
    await site.send('b').catch(() => undefined) // the real server does not take that time
    expect(dates[1]).toBe(signingDate(ahead.getTime()).slice(0, 11))
  })

  test('comes again when the connection ends before an answer', async () => {
    for (const name of ['a', 'b']) site.source.write(name, name)
    await site.send('a')
    let cuts = 1
    site.proxy.intercept = (_kind, message) => {
      if (cuts-- > 0) message.socket.destroy()
      return undefined
    }
    expect(await site.send('b')).toMatchObject({ failed: [] })
    expect((await site.get('b')).content.toString()).toBe('b')
  })
})
