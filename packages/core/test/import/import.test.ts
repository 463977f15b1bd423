import { describe, expect, test } from 'vitest'
import { importClsyncConf } from '../../src/import/clsync-conf.ts'
import { configText } from '../../src/import/config-text.ts'
import { fromRsyncFilters, fromRsyncPattern } from '../../src/import/rsync-pattern.ts'
import { importLsyncdConf } from '../../src/import/lsyncd-conf.ts'
import { splitWords } from '../../src/import/words.ts'

describe('blocks of a clsync.conf', () => {
  const text = `# shared
[base]
watch-dir = /a
delay-sync = 5
[other]
watch-dir = /b
[child]
config-block-inherits = base
delay-sync =
label = c
rules-file = /rules-%label%-%nosuch%
`
  const values = (block: string) => {
    const { tasks } = importClsyncConf(text, 'x', block)
    return Object.fromEntries(tasks[0]!.settings.map(({ path, value }) => [path.join('.'), value]))
  }

  test('inherit, and take back with an empty value', () => {
    expect(values('base')).toEqual({ source: '/a' })
    const settings = importClsyncConf(text, 'x', 'child').settings.map(({ path, value }) => [path.join('.'), value])
    expect(settings).toEqual([
      ['preset', 'clsync'],
      ['label', 'c'],
      ['rulesFile', '/rules-c-%nosuch%'],
    ])
  })

  test('say how much is told on the command line, unless it is as ever', () => {
    const lost = (value: string) => importClsyncConf(`[a]\nwatch-dir = /a\nverbose = ${value}\n`, 'x', 'a').lost
    expect(lost('3')).toEqual([])
    expect(lost('9')).toEqual(['verbose: give --verbose on the command line.'])
  })

  test('switches are off with 0, and with words for it', () => {
    const { settings } = importClsyncConf(
      '[a]\nwatch-dir = /a\nbackground = 0\nonly-initialsync = no\nexit-on-no-events = 1\n',
      'x',
      'a',
    )
    expect(settings.slice(1).map(({ path, value }) => [path.join('.'), value])).toEqual([['run.mode', 'until-idle']])
  })

  test('the others are told of', () => {
    expect(importClsyncConf(text, 'x', 'base').needless).toContain('block "other": import it by itself with --block other.')
  })

  test.each([
    ['[a]\nx', undefined, 'Line 2 of x'],
    ['x = 1', undefined, 'Line 1 of x'],
    ['[a]\n[b]', undefined, 'no block "default"'],
    ['[a]', 'b', 'no block "b"'],
    ['[a]\nconfig-block-inherits = b\n[b]\nconfig-block-inherits = a', 'a', 'inherits itself'],
    ['[a]\nconfig-block-inherits = none', 'a', 'no block "none"'],
    ['[a]\nmode = shell\nsync-handler = x\n-- = "open', 'a', 'A quote is not closed'],
  ])('%j is refused', (conf, block, expected) => {
    expect(() => importClsyncConf(conf, 'x', block)).toThrow(expect.objectContaining({ code: 'IMPORT_INVALID' }))
    expect(() => importClsyncConf(conf, 'x', block)).toThrow(expected)
  })

  test('a handler in C is told of, and leaves no target', () => {
    const made = importClsyncConf('[hpc]\nwatch-dir = /etc\nmode = so\nsync-handler = /x.so\nmade-up = 1', 'x', undefined)
    expect(made.lost).toEqual([expect.stringContaining('handlers-in-c'), 'made-up: there is no such option.'].toReversed())
    expect(made.tasks[0]?.targets).toEqual({})
  })
})

test('words with quotes', () => {
  expect(splitWords(`-a 'b c' "d'e" f"g h"i '' `)).toEqual(['-a', 'b c', "d'e", 'fg hi', ''])
})

test.each([
  ['*.swp', '*.swp'],
  ['/top', '/top'],
  ['dir/', 'dir/'],
  ['a/b', '**/a/b'],
  ['/a/b', '/a/b'],
  ['- x', 'x'],
  ['dir/***', 'dir/'],
  ['!x', '\\!x'],
  ['# comment', undefined],
  ['', undefined],
])('the pattern %j of rsync is %j', (given, expected) => {
  expect(fromRsyncPattern(given)).toBe(expected)
})

test('of filters the first that matches decides, of rules the last', () => {
  expect(fromRsyncFilters(['+ /a', '- *', 'merge x'])).toEqual([
    undefined,
    { include: undefined, exclude: '*' },
    { include: '/a', exclude: undefined },
  ])
})

test('lsyncd keeps neither permissions nor owners unless it is told to', () => {
  const read = (rsync: string) =>
    importLsyncdConf(`sync { default.rsync, source = "/a", target = "/b", rsync = { ${rsync} } }`, 'x', () => undefined)
  const options = (rsync: string) => Object.values(read(rsync).tasks[0]!.targets)[0]!.options
  expect(options('')).toEqual({ destination: '/b', permissions: false, owner: false, group: false })
  expect(options('perms = true')).toEqual({ destination: '/b', owner: false, group: false })
  expect(options('archive = true')).toEqual({ destination: '/b' })
})

test('nothing in a config can end a comment or a text', () => {
  const made = importLsyncdConf(
    `sync { default.direct, source = "/a'\\\\\\n", target = "*/ b" }`,
    "x\nprocess.exit(1) // '",
    () => undefined,
  )
  const text = configText(made)
  expect(text.split('\n')[0]).toBe("// Made by `clsync import` from x process.exit(1) // '.")
  expect(text).toContain(String.raw`source: '/a\'\\\n', // source`)
})
