import { describe, expect, test } from 'vitest'
import { contentTypeOf } from '../src/content-type.ts'
import { parseDestination } from '../src/destination.ts'
import { matcher } from '../src/glob.ts'
import { isFitForXml, Keys } from '../src/keys.ts'

describe('a destination', () => {
  test.each([
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://my.bucket/a//b/', 'my.bucket', 'a/b/'],
    ['s3://bucket/ü x', 'bucket', 'ü x/'],
  ])('%s', (text, bucket, prefix) => {
    expect(parseDestination(text)).toEqual({ bucket, prefix })
  })

  test.each(['bucket', 'https://bucket/x', 's3://', 's3://a', 's3://bad bucket/x', 's3://bucket/../x'])('is not %s', (text) => {
    expect(() => parseDestination(text)).toThrow(text.includes('..') ? '".."' : /no (?:place in S3|name of a bucket)/)
  })
})

describe('a key', () => {
  test('stands for a path, and nothing outside of the prefix does', () => {
    const keys = new Keys('site/')
    expect(keys.file('a/b')).toBe('site/a/b')
    expect(keys.path('site/a/b')).toEqual({ path: 'a/b', isMarker: false })
    expect(keys.path(keys.marker('a'))).toEqual({ path: 'a', isMarker: true })
    const none = ['sites/a', 'elsewhere/a', 'site/', 'site/a//b', 'site/../a', 'site/./a', 'other']
    for (const key of none) expect(keys.path(key)).toBeUndefined()
  })

  test('is not put in XML when that cannot name it', () => {
    expect(['a\tb', 'a\nb', 'a\rb', '&<>"', '☃'].every(isFitForXml)).toBe(true)
    expect(['a\u0001', '\u001F', '\uFFFE'].some(isFitForXml)).toBe(false)
  })
})

test.each([
  ['*.html', 'a/b.html', true],
  ['*.html', 'b.htmlx', false],
  ['assets/*', 'assets/a', true],
  ['assets/*', 'assets/a/b', false],
  ['assets/**', 'assets/a/b', true],
  ['**/x/*.js', 'x/a.js', true],
  ['*.{js,css}', 'd/a.css', true],
  ['[!a]?.txt', 'b1.txt', true],
  ['[!a]?.txt', 'a1.txt', false],
  ['a.b', 'axb', false],
  ['/a', 'a', true],
  ['/a', 'b/a', false],
])('the glob %s and %s', (glob, path, fits) => {
  expect(matcher([glob])(path)).toBe(fits)
})

test.each([
  ['a/index.HTML', 'text/html; charset=utf-8'],
  ['x.tar.gz', 'application/gzip'],
  ['.gitignore', 'application/octet-stream'],
  ['a.b/c', 'application/octet-stream'],
])('the type of %s', (path, type) => {
  expect(contentTypeOf(path)).toBe(type)
})
