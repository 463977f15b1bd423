import { describe, expect, test } from 'vitest'
import type { Kind } from '../../src/model/entry.ts'
import { fromText } from '../../src/model/path.ts'
import { withClsyncRules } from '../../src/rules/clsync-rules.ts'
import { compileRules } from '../../src/rules/compile.ts'
import { explain } from '../../src/rules/explain.ts'

function rulesOf(text: string, rules: Parameters<typeof compileRules>[0] = {}) {
  return withClsyncRules(compileRules(rules), text, 'rules')
}

function wanted(text: string, path: string, kind: Kind = 'file'): boolean {
  return rulesOf(text).wants(fromText(path), kind)
}

describe('rules of the C clsync', () => {
  test('the first that matches decides; what none settles is permitted', () => {
    const text = '+f^keep\\.tmp$\n-f\\.tmp$\n'
    expect(['keep.tmp', 'a.tmp', 'b/keep.tmp', 'a.txt'].map((path) => wanted(text, path))).toEqual([true, false, false, true])
    expect(wanted(text, 'x.tmp', 'directory')).toBe(true)
  })

  test('the last line counts in full, with or without a newline', () => {
    expect(wanted('+f^a$\n-*', 'b')).toBe(false)
    expect(wanted('+f^a$\n-*\n', 'b')).toBe(false)
  })

  test('nothing below a directory that may not be walked is wanted, whatever its own rules say', () => {
    const text = '-d^x$\n+f.\n'
    expect([wanted(text, 'x', 'directory'), wanted(text, 'x/a'), wanted(text, 'x/y/a'), wanted(text, 'z/x/a')]).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  test('the keys of all users and nothing else', () => {
    const text = '+w^$\n+w^[^/]+$\n+W^[^/]+/\\.ssh$\n+f^[^/]+/\\.ssh/authorized_keys2?$\n-*'
    const files = [
      'bob/.ssh/authorized_keys',
      'eve/.ssh/authorized_keys2',
      'bob/.ssh/id_rsa',
      'bob/mail',
      'top',
      'bob/mail/.ssh/authorized_keys',
    ]
    expect(files.map((path) => wanted(text, path))).toEqual([true, true, false, false, false, false])
    const directories = ['bob', 'bob/.ssh', 'bob/mail', 'bob/.ssh/deep']
    expect(directories.map((path) => wanted(text, path, 'directory'))).toEqual([true, true, false, false])
    expect(['', 'bob', 'bob/.ssh'].map((path) => rulesOf(text).isPassage?.(fromText(path)))).toEqual([true, true, true])
    expect(rulesOf('+s^a$\n-s.').isPassage?.(fromText('a'))).toBe(false)
  })

  test('actions are settled each by itself: walked but not synced is entered, synced but not walked stays empty', () => {
    const text = '-w^shallow$\n-s^through$\n'
    expect([wanted(text, 'shallow', 'directory'), wanted(text, 'shallow/a')]).toEqual([true, false])
    expect([wanted(text, 'through', 'directory'), wanted(text, 'through/a')]).toEqual([true, true])
  })

  test.each<[Kind, boolean]>([
    ['file', false],
    ['symlink', false],
    ['other', false],
    ['directory', true],
  ])('f is everything but directories: %s', (kind, expected) => {
    expect(wanted('-f.', 'a', kind)).toBe(expected)
  })

  test('comments, empty lines and line ends of Windows', () => {
    expect(wanted('# -*\r\n\r\n-f\\.tmp$\r\n', 'a.tmp')).toBe(false)
  })

  test('names that are not ASCII', () => {
    expect([wanted('-f^ä.$', 'äö'), wanted('-f^ä.$', 'äöü')]).toEqual([false, true])
  })

  test('more than 256 rules', () => {
    const text = Array.from({ length: 1000 }, (_, at) => `-f^${at}$\n`).join('')
    expect([wanted(text, '999'), wanted(text, '1000')]).toEqual([false, true])
  })

  test('rules of the config go over them', () => {
    const rules = rulesOf('-f\\.tmp$\n', { rules: [{ include: 'keep.tmp' }, { exclude: '*.log' }] })
    expect(['keep.tmp', 'a.tmp', 'a.log'].map((path) => rules.wants(fromText(path), 'file'))).toEqual([true, false, false])
  })

  test('another file is another fingerprint', () => {
    expect(rulesOf('-f^a$').fingerprint).not.toBe(rulesOf('-f^b$').fingerprint)
  })

  test('it can be said which line decides', () => {
    const text = (path: string) => explain(rulesOf('+f^a$\n-d^x$\n-f.'), fromText(path), 'file').text
    expect(text('b')).toBe('b is left out: rules:3 "-f." excludes it.')
    expect(text('a')).toBe('a is synced: rules:1 "+f^a$" includes it.')
    expect(text('x/y')).toBe('x/y is left out: rules:2 "-d^x$" excludes everything in x.')
  })

  test('a source that may not be walked is warned of', () => {
    expect(rulesOf('-*').warnings).toEqual([expect.stringContaining('+w^$')])
    expect(rulesOf('-*').wants(fromText('a'), 'file')).toBe(false)
  })

  test.each([
    ['f^a$', 'Line 1 of rules', 'begins with "f"'],
    ['+f^a$\n+q^a$', 'Line 2 of rules', 'no type "q"'],
    ['+', 'Line 1', 'no type'],
    ['-f(', 'Line 1', '"(" is not closed'],
    ['-f(a)\\1', 'Line 1', 'refers to a group'],
  ])('%j is refused', (text, place, why) => {
    expect(() => rulesOf(text)).toThrow(
      expect.objectContaining({ code: 'RULE_INVALID', message: expect.stringContaining(place) as string }),
    )
    expect(() => rulesOf(text)).toThrow(why)
  })
})
