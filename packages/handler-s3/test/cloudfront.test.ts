import { describe, expect, test } from 'vitest'
import { pathsOf } from '../src/cloudfront.ts'

describe('what is invalidated', () => {
  test('is what changed below the prefix, as a browser asks for it', () => {
    expect(pathsOf(['site/a b.css', 'site/é.js'], 'site/', 10)).toEqual(['/%C3%A9.js', '/a%20b.css'])
  })

  test('is the directory of an index document as well', () => {
    expect(pathsOf(['index.html', 'docs/index.html'], '', 10)).toEqual(['/', '/docs/', '/docs/index.html', '/index.html'])
  })

  test('is everything when it is too much', () => {
    expect(pathsOf(['a', 'b', 'c'], '', 2)).toEqual(['/*'])
  })
})
