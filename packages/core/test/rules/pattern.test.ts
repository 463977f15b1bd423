import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchGlob, parseGlob } from '../../src/rules/glob.ts'
import { parsePattern, splitIgnoreFile, withoutTrailingSpaces } from '../../src/rules/pattern.ts'

function matches(line: string, path: string, base = ''): boolean {
  return parsePattern(line).matches(path, path.lastIndexOf('/') + 1, base === '' ? 0 : base.length + 1)
}

describe('a pattern', () => {
  test.each([
    // Without a slash: the name at any depth.
    ['foo', 'foo', true],
    ['foo', 'a/b/foo', true],
    ['foo', 'foo/bar', false],
    ['foo', 'xfoo', false],
    ['*.tmp', 'a/b.tmp', true],
    ['*.tmp', '.tmp', true],
    ['*.tmp', 'b.tmpx', false],
    ['foo*', 'a/foobar', true],
    ['f?o', 'fxo', true],
    ['f?o', 'fo', false],
    ['*', 'anything', true],
    ['??', 'a/bc', true],
    ['??', 'a/bcd', false],
    // A slash anchors.
    ['/foo', 'foo', true],
    ['/foo', 'a/foo', false],
    ['a/b', 'a/b', true],
    ['a/b', 'x/a/b', false],
    ['a/*', 'a/b', true],
    ['a/*', 'a/b/c', false],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    // Two stars.
    ['**/foo', 'foo', true],
    ['**/foo', 'a/b/foo', true],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['**/a/b/**', 'x/a/b/c', true],
    ['**/a/**/b/**/c', 'x/a/a/b/y/b/c', true],
    ['**/a/b', 'x/a/b', true],
    ['**/a\\/b', 'x/a/b', true],
    ['a/**\\/b', 'a/x/y/b', true],
    ['a/**\\/b', 'a/b', false],
    ['x/a**b', 'x/a/b', false],
    // Git takes the plain beginning off first: the stars behind it then stand at the start.
    ['/foo**', 'foo/bar/baz', true],
    ['/f?o**', 'foo/bar', false],
    // Classes.
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[[:digit:]_]', '7', true],
    ['[[:digit:]_]', 'x', false],
    ['[\\]]', ']', true],
    ['[[:]x', ':x', true],
    ['[a[:digit:]-z]', '-', true],
    ['[a[:digit:]-z]', 'm', false],
    ['a[!x]b', 'a/b', false],
    // Escapes.
    ['\\#x', '#x', true],
    ['\\!x', '!x', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    // One unit is one byte.
    ['?', '\u00e9', true],
    ['caf\u00c3\u00a9', 'caf\u00c3\u00a9', true],
  ])('%j on %j: %s', (line, path, expected) => {
    expect(matches(line, path)).toBe(expected)
  })

  test('is matched below its base', () => {
    expect(matches('/foo', 'a/b/foo', 'a/b')).toBe(true)
    expect(matches('/foo', 'a/b/c/foo', 'a/b')).toBe(false)
    expect(matches('c/*.x', 'a/b/c/y.x', 'a/b')).toBe(true)
  })

  test.each(['', '/', '!', '//', 'a\\', '[', '[a', 'x/[[:nope:]]', '[a]'.repeat(5000)])('%j matches nothing', (line) => {
    for (const path of ['a', 'a/b', '[', '[a', 'a\\', 'x/[[:nope:]]']) expect(matches(line, path)).toBe(false)
  })
})

test('lines are taken from a file as git takes them', () => {
  const text = '\u00ef\u00bb\u00bf*.a\r\n# note\n\n b  \nc\\ \nd\\  \n\\#e\nf\0g\n!h\ni \r\nlast\r'
  expect(splitIgnoreFile(text).map(({ line, number }) => `${number}:${line}`)).toEqual([
    '1:*.a',
    '4: b',
    '5:c\\ ',
    '6:d\\ ',
    '7:\\#e',
    '8:f',
    '9:!h',
    '10:i',
    '11:last',
  ])
})

test('trailing spaces go unless escaped, and taking them off twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '\\', 'a') }), (line) => {
      const once = withoutTrailingSpaces(line)
      expect(withoutTrailingSpaces(once)).toBe(once)
      expect(line.slice(once.length)).toMatch(/^ *$/)
    }),
  )
})

describe('the glob matcher', () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?', '**/', '/**', '[ab]', '[!a]')
  const glob = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), maxLength: 12 })

  test('agrees with a naive matcher', () => {
    fc.assert(
      fc.property(glob, text, (pattern, path) => {
        const parsed = parseGlob(pattern)
        if (typeof parsed === 'string') throw new Error(parsed)
        expect(matchGlob(parsed, path, 0)).toBe(naive(pattern).test(path))
      }),
      { numRuns: 5000 },
    )
  })

  test('matches any literal once escaped', () => {
    const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code))
    fc.assert(
      fc.property(fc.string({ unit: byte, minLength: 1 }), (name) => {
        const parsed = parseGlob(name.replace(/[*?[\]\\]/g, '\\$&'))
        if (typeof parsed === 'string') throw new Error(parsed)
        expect(matchGlob(parsed, name, 0)).toBe(true)
        expect(matchGlob(parsed, `${name}x`, 0)).toBe(false)
      }),
    )
  })

  // Each takes a backtracking matcher or a regular expression longer than the universe has time for.
  test.each([
    ['*a'.repeat(60) + 'b', 'a'.repeat(4000)],
    ['**/' + '*a*/'.repeat(40) + 'b', 'aaa/'.repeat(1000) + 'a'],
    ['**/a/'.repeat(40) + 'b', 'a/'.repeat(2000) + 'a'],
    ['a/**\\/'.repeat(20) + 'b', 'a/'.repeat(2000) + 'a'],
    ['[a-z]*'.repeat(60) + '!', 'z'.repeat(4000)],
    ['?*'.repeat(100) + '!', 'z'.repeat(4000)],
  ])('is done with a hostile pattern at once: %#', (pattern, path) => {
    const parsed = parseGlob(pattern)
    if (typeof parsed === 'string') throw new Error(parsed)
    const start = performance.now()
    expect(matchGlob(parsed, path, 0)).toBe(false)
    // Milliseconds even for these; a second leaves room for a busy machine.
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

/** The same language by way of a regular expression: short, plainly right, and no match for hostile patterns. */
function naive(pattern: string): RegExp {
  const body = pattern.replace(/\*+\/?|\?|\[!a\]/g, (sign, at: number) => {
    if (sign === '?') return '[^/]'
    if (sign === '[!a]') return '[^a/]'
    const alone = sign.startsWith('**') && (at === 0 || pattern[at - 1] === '/')
    if (sign.endsWith('/')) return alone ? '(?:.*/)?' : '[^/]*/'
    return alone && at + sign.length === pattern.length ? '.*' : '[^/]*'
  })
  return new RegExp(`^${body}$`, 's')
}
