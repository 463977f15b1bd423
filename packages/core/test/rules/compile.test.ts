import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Kind } from '../../src/model/entry.ts'
import { isClsyncError } from '../../src/model/error.ts'
import { fromText } from '../../src/model/path.ts'
import { type CompiledRules, compileRules } from '../../src/rules/compile.ts'
import { explain } from '../../src/rules/explain.ts'
import { itemsOf, parseRules, type RuleInput } from '../../src/rules/rule.ts'

function wants(rules: CompiledRules | RuleInput[], path: string, kind: Kind = 'file'): boolean {
  return (Array.isArray(rules) ? compileRules({ rules }) : rules).wants(fromText(path), kind)
}

describe('rules of a config', () => {
  test('without any, everything is wanted, the root always', () => {
    expect(wants([], 'a/b')).toBe(true)
    expect(compileRules({}).directory).toBeUndefined()
    expect(wants([{ exclude: '*' }, { include: 'x' }], '', 'directory')).toBe(true)
  })

  test('the last match decides', () => {
    const rules: RuleInput[] = [{ exclude: '*.tmp' }, { include: 'keep.tmp' }, { exclude: '/x/keep.tmp' }]
    expect(wants(rules, 'a.tmp')).toBe(false)
    expect(wants(rules, 'd/keep.tmp')).toBe(true)
    expect(wants(rules, 'x/keep.tmp')).toBe(false)
  })

  test('nothing below an excluded directory comes back', () => {
    const rules: RuleInput[] = [{ exclude: 'build/' }, { include: 'keep' }, { include: '/build/keep' }]
    expect(wants(rules, 'build', 'file')).toBe(true)
    expect(wants(rules, 'build', 'directory')).toBe(false)
    expect(wants(rules, 'a/build/keep')).toBe(false)
    expect(wants(rules, 'build/keep')).toBe(false)
    expect(wants(rules, 'build/b/c/d', 'symlink')).toBe(false)
  })

  test('an array is so many rules in a row', () => {
    const rules: RuleInput[] = [{ exclude: ['*.a', '*.b'] }, { include: ['x.a', 'x.b'] }]
    expect(['y.a', 'y.b', 'x.a', 'x.b'].map((path) => wants(rules, path))).toEqual([false, false, true, true])
  })

  test('kinds restrict globs and regular expressions', () => {
    expect(wants([{ exclude: '*.sock', kinds: ['other'] }], 'a.sock', 'other')).toBe(false)
    expect(wants([{ exclude: '*.sock', kinds: ['other'] }], 'a.sock', 'file')).toBe(true)
    expect(wants([{ exclude: { regex: '^a', kinds: ['file'] } }], 'a/b', 'file')).toBe(false)
    expect(wants([{ exclude: { regex: '^a', kinds: ['file'] } }], 'a', 'directory')).toBe(true)
    expect(wants([{ exclude: { regex: 'x', kinds: ['file', 'other'] }, kinds: ['other', 'symlink'] }], 'x', 'file')).toBe(true)
    expect(wants([{ exclude: { regex: 'x', kinds: ['file', 'other'] }, kinds: ['other', 'symlink'] }], 'x', 'other')).toBe(false)
  })

  test('a regular expression sees the path as text and remembers nothing', () => {
    const rules = compileRules({ rules: [{ exclude: { regex: /^é.\.TXT$/giu } }] })
    expect([1, 2, 3].map(() => wants(rules, 'é日.txt'))).toEqual([false, false, false])
  })

  test('names beyond ASCII are compared as their bytes', () => {
    expect(wants([{ exclude: '*é' }], 'caf\u00e9')).toBe(false)
    expect(wants([{ exclude: '日本/*.txt' }], '日本/a.txt')).toBe(false)
    expect(wants([{ exclude: '\udcff*' }], '\udcffx')).toBe(false)
  })

  test('dir/** leaves out dir as well', () => {
    const rules: RuleInput[] = [{ exclude: '**/.git/**' }, { exclude: '*.tmp' }]
    expect(wants(rules, 'a/.git', 'directory')).toBe(false)
    expect(wants(rules, '.git/HEAD')).toBe(false)
    expect(wants(rules, '.git', 'file')).toBe(true)
    expect(wants([{ exclude: 'a/b/**' }], 'a/b', 'directory')).toBe(false)
    expect(wants([{ exclude: 'a/b/**' }], 'x/a/b', 'directory')).toBe(true)
  })

  test('dir/** keeps dir when something in it is or may be included', () => {
    expect(wants([{ exclude: 'logs/**' }, { include: 'logs/keep' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: 'keep' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: { regex: 'keep' } }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: '/logs/a/b/' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/a/**' }, { include: '/logs/*/keep' }], 'logs/a', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: '/*/keep' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: '/keep' }, { include: 'lo\\gs/x' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**' }, { include: '/other/*.x' }], 'logs', 'directory')).toBe(false)
    expect(wants([{ exclude: 'logs/**' }, { include: '/keep' }, { include: 'lo/gs' }], 'logs', 'directory')).toBe(false)
    expect(wants([{ include: 'logs/' }, { exclude: 'logs/**' }], 'logs', 'directory')).toBe(true)
    expect(wants([{ exclude: 'logs/**', kinds: ['file'] }], 'logs', 'directory')).toBe(true)
  })

  test('leaving out dir never changes what is wanted below it', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const path = fc.array(name, { minLength: 1, maxLength: 3 })
    const sign = fc.constantFrom('a', 'b', '*', '**')
    const pattern = fc.array(sign, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    const rule = fc.record({ exclude: pattern.map((each) => `${each}/**`) })
    const include = fc.record({ include: pattern })
    fc.assert(
      fc.property(rule, include, path, path, (first, second, directory, below) => {
        if (/^[*/]+$/.test(first.exclude)) return
        const exact = compileRules({ rules: [first, second] })
        const where = fromText(directory.join('/'))
        if (!exact.decide(where, 'directory')?.contents) return
        // The same question without the directory's verdict: one more include that takes it back, and nothing else.
        const open = compileRules({
          rules: [first, second, ...directory.map((_, at) => ({ include: `/${directory.slice(0, at + 1).join('/')}/` }))],
        })
        const whole = [...directory, ...below]
        if (below.some((_, at) => open.wants(fromText(whole.slice(0, directory.length + at + 1).join('/')), 'directory'))) {
          throw new Error(`${first.exclude} then ${second.include} wants ${whole.join('/')}`)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('what a path is judged does not depend on what was asked before', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'x.tmp'), { minLength: 1, maxLength: 4 })
      .map((parts) => fromText(parts.join('/')))
    const pattern = fc.constantFrom('a/', '/b', '*.tmp', 'a/b', '**/b/a', 'b/**', 'x.*')
    const rules = fc.array(
      fc.oneof(
        pattern.map((exclude) => ({ exclude })),
        pattern.map((include) => ({ include })),
      ),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(rules, fc.array(path), (spec, paths) => {
        const shared = compileRules({ rules: spec })
        for (const each of paths) expect(shared.wants(each, 'file')).toBe(compileRules({ rules: spec }).wants(each, 'file'))
      }),
    )
  })

  test('the fingerprint follows what decides and nothing else', () => {
    const specs = [
      {},
      { gitignore: true },
      { clsyncignore: true },
      { rules: [{ exclude: 'a' }] },
      { rules: [{ include: 'a' }] },
      { rules: [{ exclude: 'a' }, { exclude: 'b' }] },
      { rules: [{ exclude: 'b' }, { exclude: 'a' }] },
      { rules: [{ exclude: 'a', kinds: ['file'] }] },
      { rules: [{ exclude: { regex: 'a' } }] },
      { rules: [{ exclude: { regex: /a/iu } }] },
    ] satisfies Parameters<typeof compileRules>[0][]
    const prints = specs.map((spec) => compileRules(spec, () => undefined).fingerprint)
    expect(new Set(prints).size).toBe(specs.length)
    expect(compileRules({ rules: [{ exclude: ['a', 'b'] }] }).fingerprint).toBe(prints[5])
    expect(
      compileRules({ rules: itemsOf(parseRules({ rules: [{ exclude: 'a' }] }).rules).map(() => ({ exclude: 'a' })) }).fingerprint,
    ).toBe(prints[3])
  })
})

describe('a rule that cannot work is refused', () => {
  test.each<[RuleInput[], RegExp, RegExp?]>([
    [[{ exclude: 'a' }, { exclude: '' }], /rules\[1\] exclude "" .*empty/],
    [[{ exclude: '   ' }], /empty/],
    [[{ exclude: '!a' }], /"!a"/, /include: "a"/],
    [[{ include: '!a' }], /"!a"/, /exclude: "a"/],
    [[{ exclude: '#a' }], /comment/, /\\#/],
    [[{ exclude: 'a ' }], /ends in a space/],
    [[{ exclude: 'a\nb' }], /line break/],
    [[{ exclude: '/srv/data/cache/' }], /relative to the source/, /write "\/cache\/"/],
    [[{ exclude: './a' }], /"\.\/a"/],
    [[{ exclude: '../a' }], /"\.\."/],
    [[{ exclude: 'a//b' }], /empty/],
    [[{ exclude: '/' }], /empty/],
    [[{ exclude: 'a[b' }], /never closed/, /\\\[/],
    [[{ exclude: '[[:foo:]]' }], /\[:foo:\]/],
    [[{ exclude: 'a\\' }], /backslash/],
    [[{ exclude: 'a/', kinds: ['file'] }], /ends in a slash/],
    [[{ exclude: { regex: 'a', kinds: ['file'] }, kinds: ['other'] }], /no kind is left/],
    [[{ exclude: ['ok', 'a['] }], /rules\[0\] exclude "a\["/],
    [[{ exclude: { regex: '(' } }], /rules\[0\].*[Rr]egular expression/],
    [[{ exclude: '*' }], /excludes everything/],
    [[{ include: 'a' }, { exclude: '/**' }], /rules\[1\] .*excludes everything/],
    [[{ exclude: '**/*' }], /excludes everything/],
    [[{}], /rules\[0\].*either exclude or include/],
    [[{ exclude: 'a', include: 'b' }], /rules\[0\].*either exclude or include/],
    // Not what the type allows, and what a config in plain JavaScript holds.
    [[{ exclude: 1 } as unknown as RuleInput], /rules\[0\]\.exclude/],
    [[{ exlude: 'a' } as unknown as RuleInput], /rules\[0\].*exlude/],
    [[{ exclude: 'a', kinds: ['dir'] } as unknown as RuleInput], /rules\[0\]\.kinds/],
  ])('%j', (rules, message, fix = /./) => {
    let error: unknown
    try {
      compileRules({ rules }, undefined, '/srv/data')
    } catch (thrown) {
      error = thrown
    }
    if (!isClsyncError(error)) throw new Error(`not refused: ${String(error)}`)
    expect(error.code).toBe('RULE_INVALID')
    expect(error.message).toMatch(message)
    expect(error.fix).toMatch(fix)
  })

  test.each<[RuleInput[]]>([
    [[{ exclude: '*' }, { include: '*/' }, { include: '*.c' }]],
    [[{ exclude: '*', kinds: ['other'] }]],
    [[{ exclude: '\\#a' }]],
    [[{ exclude: 'a\\ ' }]],
    [[{ exclude: '/srv/database' }]],
  ])('%j is fine', (rules) => {
    expect(compileRules({ rules }, undefined, '/srv/data').warnings).toEqual([])
  })
})

test.each<[RuleInput[], RegExp]>([
  [[{ exclude: '*.{js,ts}' }], /rules\[0\] exclude "\*\.\{js,ts\}": \{a,b\}/],
  [[{ exclude: 'dir\\file' }], /backslash/],
  [[{ exclude: '*' }, { include: '*.c' }], /excludes directories as well/],
])('a likely mistake is a warning: %j', (rules, warning) => {
  expect(compileRules({ rules }).warnings).toEqual([expect.stringMatching(warning)])
})

test('an ignore file needs a reader', () => {
  expect(() => compileRules({ gitignore: true })).toThrow(/readFile/)
})

test('explain names the rule', () => {
  const rules = compileRules({
    rules: [{ exclude: 'build/' }, { exclude: '*.é' }, { include: 'k.é' }, { exclude: { regex: /^z/ } }, { exclude: 'n/**' }],
  })
  const text = (path: string, kind: Kind = 'file') => explain(rules, fromText(path), kind).text
  expect(text('a.c')).toBe('a.c is synced: no rule matches it.')
  expect(text('a.é')).toBe('a.é is left out: rules[1] exclude "*.é" excludes it.')
  expect(text('k.é')).toBe('k.é is synced: rules[2] include "k.é" includes it.')
  expect(text('x/build/y/z')).toBe(
    'x/build/y/z is left out: rules[0] exclude "build/" excludes the directory x/build that holds it.',
  )
  const nested = compileRules({ rules: [{ exclude: 'build/' }, { exclude: 'n/' }] })
  expect(explain(nested, fromText('build/n/m'), 'file').text).toContain(
    'rules[0] exclude "build/" excludes the directory build that',
  )
  expect(text('za')).toBe('za is left out: rules[3] exclude "/^z/" excludes it.')
  expect(text('n', 'directory')).toBe('n is left out: rules[4] exclude "n/**" excludes everything in it.')
  expect(text('n/m')).toBe('n/m is left out: rules[4] exclude "n/**" excludes everything in n.')
})

test('judging a big tree takes no time worth naming', () => {
  const patterns = [
    '*.tmp',
    '*~',
    '.DS_Store',
    'node_modules/',
    '/dist',
    '/build/**',
    '**/.git/**',
    '*.log',
    'coverage/',
    '**/debug/*.o',
  ]
  const more = [
    'docs/**/*.bak',
    '*.py[cod]',
    '[._]*.s[a-v][a-z]',
    'core.[0-9]*',
    'tmp*',
    'a?c.txt',
    '*.swp',
    '.cache',
    '/x/*/y',
    '*a*b*c*',
  ]
  const rules = compileRules({ rules: [{ exclude: [...patterns, ...more] }] })
  const paths = Array.from({ length: 100_000 }, (_, at) =>
    fromText(`packages/package-${at % 50}/library-${at % 1000}/module-${at}.ts`),
  )
  const before = process.cpuUsage().user
  expect(paths.filter((each) => rules.wants(each, 'file')).length).toBe(paths.length)
  // Some 50 ms; what this finds is a pattern that has become a hundred times dearer. Microseconds.
  expect(process.cpuUsage().user - before).toBeLessThan(1_500_000)
})
