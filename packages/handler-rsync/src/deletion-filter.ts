import fs from 'node:fs'
import path from 'node:path'
import { sourcePath } from '@clsync/core/handler'
import { bytesOf, parentOf } from './path.ts'

/**
 * For receivers that do not take `--delete-missing-args`: an otherwise empty source with the directories that the paths lie in, and
 * the rules by which rsync sees nothing but these directories and the paths.
 */
export function prepareSkeleton(directory: string, paths: readonly string[]): string {
  fs.rmSync(directory, { recursive: true, force: true })
  fs.mkdirSync(directory, { recursive: true })
  const rules = new Set<string>()
  for (const each of paths) {
    for (let above = parentOf(each); above !== ''; above = parentOf(above)) rules.add(`/${pattern(bytesOf(above))}/`)
    rules.add(`/${pattern(bytesOf(each))}`)
    if (parentOf(each) !== '') fs.mkdirSync(sourcePath(directory, parentOf(each)), { recursive: true })
  }
  return [...rules].map((rule) => `${rule}\0`).join('')
}

/** Where the skeleton of a target is made. */
export function skeletonIn(stateDir: string): string {
  return path.join(stateDir, 'skeleton')
}

/** A backslash is one only in a pattern that has something to match with. */
function pattern(bytes: string): string {
  return /[*?[]/u.test(bytes) ? bytes.replace(/[*?[\\]/gu, '\\$&') : bytes
}
