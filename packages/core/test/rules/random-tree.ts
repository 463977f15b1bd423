import fs from 'node:fs'
import path from 'node:path'
import type { Kind } from '../../src/model/entry.ts'
import { fromText, joinPath, type RawPath, ROOT_PATH, toFsPath } from '../../src/model/path.ts'

/** Numbers in [0, below) that follow from the seed alone. */
export type Random = (below: number) => number

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!
}

const PLAIN = [
  'a',
  'b',
  'c',
  'ab',
  'foo',
  'bar',
  'foobar',
  'a.tmp',
  'b.c',
  '.x',
  'A',
  'node_modules',
  'dist',
  'keep',
  'x-y',
  '-n',
  '0',
  'z9',
]
/** Wildcards, spaces, comment and negation marks, escapes. */
const HOSTILE = [
  'a b',
  'a ',
  ' a',
  '#x',
  '!x',
  '*',
  '**',
  '?',
  '[',
  ']',
  '[a]',
  '\\',
  'a\\b',
  '{a,b}',
  'a\nb',
  'a\r',
  '\t',
  ':x',
  '~',
  '^',
  'é',
  '日本',
]
export const NAMES: readonly RawPath[] = [...PLAIN, ...HOSTILE].map(fromText)
const BYTE_NAMES = ['\xff', 'a\xfe', '\xc3', '\x01', '\x7f'] as RawPath[]
const ALL_NAMES = [...NAMES, ...BYTE_NAMES]

const STARS = [
  '*',
  '*',
  '*',
  '**',
  '**',
  '**/',
  '/**',
  '/**/',
  '/',
  '/',
  '?',
  '?',
  '***',
  '\\',
  '\\*',
  '\\/',
  '\\ ',
  ' ',
  '!',
  '#',
  '.',
  '-',
]
const CLASSES = [
  '[a-c]',
  '[!a]',
  '[^b-z]',
  '[]]',
  '[!]a]',
  '[a-]',
  '[-a]',
  '[\\]]',
  '[[:alpha:]]',
  '[[:digit:][:space:]]',
  '[^[:alnum:]]',
  '[[:nope:]]',
]
const BROKEN = [
  '[[:',
  '[:a]',
  '[a',
  '[',
  ']',
  '[\\',
  '[z-a]',
  '[a-\\c]',
  '[*]',
  '[/]',
  '[a/b]',
  '[\xc3-\xff]',
  '[!\x80-\xff]',
  '[[a]',
  '[[:upper:]-z]',
  '\r',
  '\0',
]
const GLYPHS = [...STARS, ...CLASSES, ...BROKEN]

/** A line for an ignore file: mostly sensible, sometimes mangled. */
export function randomPattern(random: Random): string {
  let pattern = ''
  const parts = 1 + random(3)
  for (let at = 0; at < parts; at++) {
    if (at > 0 && random(3) > 0) pattern += '/'
    const name: string = pick(random, random(6) === 0 ? ALL_NAMES : ALL_NAMES.slice(0, 14))
    const shape = random(8)
    if (shape < 3) pattern += name
    else if (shape === 3) pattern += `*${name.slice(random(2))}`
    else if (shape === 4) pattern += `${name.slice(0, 1)}*`
    else if (shape === 5) pattern += '**'
    else if (shape === 6) pattern += pick(random, GLYPHS) + name
    else pattern += pick(random, GLYPHS) + pick(random, GLYPHS)
  }
  if (random(4) === 0) pattern += '/'
  if (random(4) === 0) pattern = `/${pattern}`
  if (random(3) === 0) pattern = `!${pattern}`
  if (random(12) === 0) pattern += ' '.repeat(1 + random(2))
  return pattern
}

const SHORT = [
  'a',
  'a',
  'b',
  '*',
  '*',
  '**',
  '/',
  '/',
  '?',
  '\\',
  '[',
  ']',
  '!',
  '^',
  '-',
  'c',
  ' ',
  '[ab]',
  '[!a]',
  '**/',
  '/**',
  '\xe9',
]

const TAME = ['a', 'a', 'b', '*', '**', '/', '/', '?', '**/', '/**', '[ab]', '**\\/', '\\/', 'a/b', '/a/']

/** A short line of few signs, so that its corners are met often. */
export function denseLine(random: Random): string {
  // Half of them without the signs that mostly make a line match nothing.
  const signs = random(2) === 0 ? SHORT : TAME
  return Array.from({ length: 1 + random(8) }, () => pick(random, signs)).join('')
}

function randomIgnoreText(random: Random): string {
  const end = random(6) === 0 ? '\r\n' : '\n'
  const lines = Array.from({ length: 1 + random(6) }, () =>
    random(12) === 0 ? pick(random, ['', '# note', ' ', '/', '!', '//']) : randomPattern(random),
  )
  return (random(15) === 0 ? '\xef\xbb\xbf' : '') + lines.join(end) + (random(3) === 0 ? '' : end)
}

export interface TreeEntry {
  readonly path: RawPath
  readonly kind: Kind
}

/** Makes a random tree below `root` and returns its entries, parents first, without the `.gitignore` files it puts there. */
export function makeRandomTree(root: string, random: Random): TreeEntry[] {
  const entries: TreeEntry[] = []
  const fill = (directory: RawPath, depth: number) => {
    const at = (name: string) => toFsPath(path.join(root, directory, name) as RawPath)
    if (depth === 0 || random(4) === 0) fs.writeFileSync(at('.gitignore'), randomIgnoreText(random), 'latin1')
    const names = new Set(
      Array.from({ length: 2 + random(5) }, () => pick(random, random(3) === 0 ? ALL_NAMES : ALL_NAMES.slice(0, 14))),
    )
    for (const name of names) {
      const below = joinPath(directory, name)
      const full = toFsPath(`${root}/${below}` as RawPath)
      const shape = random(10)
      const kind: Kind = shape < 4 && depth < 4 ? 'directory' : shape === 9 ? 'symlink' : 'file'
      entries.push({ path: below, kind })
      if (kind === 'file') fs.writeFileSync(full, '')
      else if (kind === 'symlink') fs.symlinkSync('.', full)
      else {
        fs.mkdirSync(full)
        fill(below, depth + 1)
      }
    }
  }
  fill(ROOT_PATH, 0)
  return entries
}
