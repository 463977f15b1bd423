import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromExtendedRegex } from '../../src/rules/ere.ts'
import { fuzz } from '../support/fuzz.ts'

/** What the C library says, as bash's `=~` asks it: found, not found, or no expression. */
function byTheLibrary(pairs: readonly (readonly [regex: string, text: string])[]): string[] {
  const script = 'while IFS= read -r r && IFS= read -r t; do [[ $t =~ $r ]] 2>/dev/null; echo $?; done'
  const input = pairs.map(([regex, text]) => `${regex}\n${text}\n`).join('')
  const { stdout } = spawnSync('bash', ['-c', script], {
    input,
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  })
  return stdout.trim().split('\n')
}

function byUs(regex: string, text: string): string {
  try {
    return fromExtendedRegex(regex).test(text) ? '0' : '1'
  } catch {
    return '2'
  }
}

const CASES: readonly (readonly [string, string])[] = [
  ['^$', ''],
  ['^$', 'a'],
  ['^[^/]+/\\.ssh/authorized_keys2?$', 'bob/.ssh/authorized_keys'],
  ['^[^/]+/\\.ssh/authorized_keys2?$', 'bob/.ssh/authorized_keys3'],
  ['^[Dd]ont[Ss]ync$', 'dontSync'],
  ['a+?b', 'b'],
  ['a**', ''],
  ['(a|b){2,}c', 'abac'],
  ['a{2}{2}', 'aaaa'],
  ['a{2}{2}', 'aaa'],
  ['[]a]', ']'],
  ['[^]a]', ']'],
  ['[a-]', '-'],
  ['[\\]', '\\'],
  ['[[:digit:][:upper:]_-]x', 'Qx'],
  ['[[.-.]a]', '-'],
  ['[[=a=]]', 'a'],
  ['a)', 'a)'],
  ['()', 'x'],
  ['a|', 'z'],
  ['\\.c$', 'x.c'],
  ['\\d', '5'],
  ['\\d', 'd'],
  ['\\w\\W', 'a '],
  ['\\<a\\>', 'x a y'],
  ['x/y#z-', 'x/y#z-'],
  ['ä.', 'äö'],
  ['a^b', 'a^b'],
  ['*a', 'a'],
  ['(*a)', 'a'],
  ['a{', 'a{'],
  ['a{2,1}', 'aa'],
  ['(a', 'a'],
  ['[a', 'a'],
  ['[z-a]', 'z'],
  ['[[:nope:]]', 'a'],
  ['a\\', 'a'],
]

test('expressions mean what they mean to the C library', () => {
  const theirs = byTheLibrary(CASES)
  expect(CASES.map(([regex, text]) => [regex, text, byUs(regex, text)])).toEqual(
    CASES.map(([regex, text], at) => [regex, text, theirs[at]]),
  )
})

describe('whatever they are made of', () => {
  const part = fc.constantFrom(
    ...'ab-]^$.*+?|()[{}'.split(''),
    '[a-b]',
    '[^a]',
    '(a|b)',
    '{1,2}',
    '[[:alpha:]]',
    '\\.',
    '\\w',
    '0',
    ',',
  )
  const regex = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(''))
  const text = fc.array(fc.constantFrom(...'ab-.]^0'.split('')), { maxLength: 5 }).map((chars) => chars.join(''))

  const { runs, seed } = fuzz(20)
  test(`expressions mean what they mean to the C library: ${runs} runs from seed ${seed}`, () => {
    let compared = 0
    const pairs = fc.array(fc.tuple(regex, text), { minLength: 200, maxLength: 200 })
    const check = (given: [string, string][]): void => {
      const theirs = byTheLibrary(given)
      const differing = given.flatMap(([one, other], at) => {
        const own = byUs(one, other)
        if (own !== '2') compared++
        // What the library lets pass although the standard says nothing about it may be refused.
        return own === theirs[at] || own === '2' ? [] : [[one, other, own, theirs[at]]]
      })
      expect(differing).toEqual([])
    }
    fc.assert(fc.property(pairs, check), { numRuns: runs, seed })
    expect(compared).toBeGreaterThan(runs * 50)
  })
})

test('what is no expression is refused with the reason', () => {
  expect(() => fromExtendedRegex('(a)\\1')).toThrow('\\1 refers to a group')
  expect(() => fromExtendedRegex('a{,3')).toThrow('"{" does not begin a repetition')
  expect(() => fromExtendedRegex('+a')).toThrow('nothing before it')
})
