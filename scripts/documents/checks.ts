import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Folder } from './folder.ts'

/** By command: what has to hold after it, or while it runs when it does not end by itself. */
export type Checks = Readonly<Record<string, (folder: Folder) => Promise<void> | void>>

/** sha256 of "hello\n". */
const HELLO = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'
const ONLY_HELLO = { 'hello.txt': HELLO }
const POLL = { timeout: 10_000, interval: 20 }

export const README: Checks = {
  async 'clsync ./src ./backup'(folder) {
    hasBackup(folder)
    folder.write('src/new.txt', 'new')
    await expect.poll(() => folder.read('backup/new.txt'), POLL).toBe('new')
    rmSync(join(folder.root, 'src/new.txt'))
    await expect.poll(() => folder.read('backup/new.txt'), POLL).toBe('')
  },
  'clsync --dry-run ./src ./backup': hasBackup,
  'clsync --once ./src ./backup': hasBackup,
  async 'clsync --handler ./my-handler.ts ./src ./manifest.json'(folder) {
    expect(sums(folder, 'manifest.json')).toEqual(ONLY_HELLO)
    folder.write('src/deep/copy.txt', 'hello\n')
    await expect.poll(() => sums(folder, 'manifest.json'), POLL).toEqual({ ...ONLY_HELLO, 'deep/copy.txt': HELLO })
    rmSync(join(folder.root, 'src/deep'), { recursive: true })
    folder.write('src/deep', 'a file now')
    await expect.poll(() => Object.keys(sums(folder, 'manifest.json')).toSorted(), POLL).toEqual(['deep', 'hello.txt'])
    rmSync(join(folder.root, 'src/deep'))
    await expect.poll(() => sums(folder, 'manifest.json'), POLL).toEqual(ONLY_HELLO)
    rmSync(join(folder.root, 'manifest.json')) // the next command has to notice
  },
  'clsync --handler clsync-handler-manifest ./src ./manifest.json'(folder) {
    expect(sums(folder, 'manifest.json')).toEqual(ONLY_HELLO)
  },
  'clsync --once'(folder) {
    expect(folder.read('copy/hello.txt')).toBe('hello\n')
    expect(sums(folder, 'sums.json')).toEqual(ONLY_HELLO)
  },
}

export const HANDLERS: Checks = {
  'clsync --once --state-dir ./state --handler ./manifest.ts ./tree ./manifest.json': hasManifest,
  async 'clsync --dry-run --verbose --state-dir ./state --handler ./manifest.ts ./tree ./manifest.json'(folder) {
    hasManifest(folder)
    folder.write('tree/later.txt', 'later')
    const line = 'clsync --dry-run --state-dir ./state --handler ./manifest.ts ./tree ./manifest.json'
    expect(await folder.run(line)).toContain('would create later.txt')
    expect(folder.read('manifest.json')).not.toContain('later.txt')
  },
  async 'npm pack'(folder) {
    const to = 'node_modules/clsync-handler-manifest'
    await folder.run(`mkdir ${to} && tar -xzf *.tgz --strip-components 1 -C ${to} && rm manifest.json`)
  },
  'clsync --handler manifest ./tree ./manifest.json': hasManifest,
}

export const CORE: Checks = { 'clsync ./src ./backup': hasBackup, 'clsync --once ./src ./backup': hasBackup }

function hasBackup(folder: Folder): void {
  expect(folder.read('backup/hello.txt')).toBe('hello\n')
}

function hasManifest(folder: Folder): void {
  expect(sums(folder, 'manifest.json')['hello.txt']).toEqual({ kind: 'file', sha256: HELLO })
}

function sums(folder: Folder, name: string): Record<string, unknown> {
  return JSON.parse(folder.read(name)) as Record<string, unknown> // compared as a whole
}
