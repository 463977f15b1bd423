import { expect, test } from 'vitest'
import script from '../src/index.ts'

/** What is wrong with these options. */
function issues(options: object): string {
  const parsed = script.options.safeParse(options)
  return parsed.success ? '' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
}

test.each([
  [{}, 'command: Name a command'],
  [{ on: { create: 'a', update: 'a' } }, 'command: Name a command'],
  [{ command: `cp "a` }, 'the quote " is not closed'],
  [{ command: 'date +%Y%m%d' }, 'command: There is no value for %Y% here'],
  [{ command: 'cp %path% %list%' }, 'There is no value for %list% here'],
  [{ command: 'cp %paths% %destination%' }, 'destination: Name the destination'],
  [{ command: 'cp', input: 'argv' }, 'needs the argument %paths%'],
  [{ command: 'a', line: '%nosuch%' }, 'line: There is no value for %nosuch%'],
  [{ command: 'a', preset: 'clsync-shell', input: 'list' }, 'preset: A preset decides'],
  [{ preset: 'clsync-shell' }, 'command: '],
  [{ preset: 'clsync-direct' }, 'destination: Name the destination'],
  [{ command: 'a', exitCodes: { x: 'ok' } }, 'Exit codes are numbers'],
  [{ command: 'a', timeout: '5 parsecs' }, 'timeout: '],
])('%j is refused', (options, text) => {
  expect(issues(options)).toContain(text)
})

test.each([
  { command: 'date +%%Y%%m%%d' },
  { command: 'echo 50% of it' },
  { command: 'x %extra%', variables: { extra: '1' } },
  { on: { create: 'a', update: 'a', delete: false } },
  { command: 'a', timeout: '1.5h', exitCodes: { 24: 'ok', signal: 'halt' } },
  { preset: 'clsync-rsyncdirect', destination: '/d' },
  { command: 'cp -r %INCLUDE-LIST% %destination-dir%', destination: '/d' },
])('%j is accepted', (options) => {
  expect(issues(options)).toBe('')
})

test.each([
  [{ command: 'a' }, { moves: false, deletes: true, parallel: 1, maxChanges: 1000 }],
  [
    { command: 'a', on: { move: 'mv %from% %path%' }, concurrency: 3 },
    { moves: true, parallel: 3 },
  ],
  [
    { command: 'a', input: 'each', concurrency: 3, deletes: false },
    { parallel: 1, deletes: false },
  ],
])('%j claims what it keeps', (options, claims) => {
  expect(script.capabilitiesFor?.(script.options.parse(options))).toMatchObject(claims)
})
