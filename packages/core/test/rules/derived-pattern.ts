import fs from 'node:fs'
import { type RawPath, ROOT_PATH, toFsPath } from '../../src/model/path.ts'
import { pick, type Random, type TreeEntry } from './random-tree.ts'

/**
 * Ignore files whose patterns are made from the very paths that lie below them, so that nearly each one matches something: most
 * of them leave out, some take in again what lies in or below what was left out.
 */
export function writeDerivedIgnores(root: string, entries: readonly TreeEntry[], random: Random): void {
  const directories = [ROOT_PATH, ...entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)]
  for (const directory of directories) {
    if (directory !== ROOT_PATH && random(3) > 0) continue
    const below = entries.filter(({ path }) => directory === ROOT_PATH || path.startsWith(`${directory}/`))
    if (below.length === 0) continue
    const lines = Array.from({ length: 1 + random(8) }, () => derived(random, pick(random, below), directory))
    const end = random(4) === 0 ? '\r\n' : '\n'
    const text = (random(8) === 0 ? '\xef\xbb\xbf' : '') + lines.join(end) + (random(3) === 0 ? '' : end)
    const file = `${root}/${directory === ROOT_PATH ? '' : `${directory}/`}.gitignore` as RawPath
    fs.writeFileSync(toFsPath(file), text, 'latin1')
  }
}

function derived(random: Random, { path, kind }: TreeEntry, directory: RawPath): string {
  const relative = directory === ROOT_PATH ? path : path.slice(directory.length + 1)
  let parts = relative.split('/').map((name) => blurred(random, name))
  const shape = random(9)
  if (shape === 0 && parts.length > 1) parts = ['**', ...parts.slice(random(parts.length - 1) + 1)]
  if (shape === 1 && parts.length > 1) parts = [...parts.slice(0, 1 + random(parts.length - 1)), '**']
  if (shape === 2 && parts.length > 2) parts.splice(1, parts.length - 2, '**')
  if (shape === 3) parts = parts.slice(-1)
  if (shape === 4) parts.splice(random(parts.length + 1), 0, '**')
  let pattern = parts.join('/')
  if (random(4) === 0) pattern = `/${pattern}`
  if (random(kind === 'directory' ? 2 : 8) === 0) pattern += '/'
  if (random(6) === 0) pattern += pick(random, [' ', '  ', '\\ ', ' \\ ', '\t'])
  if (random(3) === 0) return `!${pattern}`
  return /^[#!]/u.test(pattern) && random(4) > 0 ? `\\${pattern}` : pattern
}

/** A pattern that the name matches, mostly. */
function blurred(random: Random, name: string): string {
  const way = random(10)
  const at = random(name.length)
  const sign = name[at]!
  const [before, after] = [name.slice(0, at), name.slice(at + 1)]
  if (way === 0) return '*'
  if (way === 1) return `${before}?${after}`
  if (way === 2) return `${before}*`
  if (way === 3) return `*${after}`
  if (way === 4) return `${before}[${sign}]${after}`
  if (way === 5) return `${before}[!${sign === 'x' ? 'y' : 'x'}]${after}`
  if (way === 6) return `${before}\\${sign}${after}`
  if (way === 7) return `${before}[${String.fromCharCode(Math.max(1, sign.charCodeAt(0) - 1))}-${sign}]${after}`
  return name
}
