import { chmodSync, rmSync } from 'node:fs'
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

/** What a user of the C clsync and of lsyncd has already. */
export function existingSite(folder: Folder): void {
  folder.write('www/index.html', 'hello\n')
  folder.write('www/cache/entry', 'cached')
  folder.write('rules', '-d^cache$')
  folder.write('sync.sh', '#!/bin/sh\nwhile read -r type label mask path; do echo "$label $path" >> ../told; done < "$3"\n')
  chmodSync(join(folder.root, 'sync.sh'), 0o755)
  folder.write(
    'clsync.conf',
    `[www]\nwatch-dir = ${folder.root}/www\nmode = shell\nsync-handler = ${folder.root}/sync.sh\nlabel = www\nrules-file = ${folder.root}/rules\n`,
  )
  folder.write('lsyncd.conf.lua', `sync { default.rsync, source = "${folder.root}/www", target = "${folder.root}/lsyncd" }\n`)
}

export const FROM_CLSYNC: Checks = {
  'clsync -W ./www -D ./backup -M rsyncdirect -t5 -w5 -R ./rules -l www'(folder) {
    expect(folder.read('backup/index.html')).toBe('hello\n')
    expect(folder.read('backup/cache/entry')).toBe('')
  },
  'clsync -W ./www -M shell -S ./sync.sh -t1 -z ./clsync.pid --status-file ./status'(folder) {
    expect(folder.read('told')).toContain('nolabel index.html\n')
    expect(folder.read('clsync.pid')).toMatch(/^\d+\n$/u)
    expect(folder.read('status')).toBe('running')
  },
  'clsync import ./clsync.conf --block www'(folder) {
    expect(folder.read('clsync.config.ts')).toContain("preset: 'clsync-shell'")
  },
  'clsync --dry-run'(folder) {
    expect(folder.read('told')).not.toContain('www index.html\n')
  },
  clsync(folder) {
    expect(folder.read('told')).toContain('www index.html\n')
    expect(folder.read('told')).not.toContain('www cache')
  },
  async 'clsync --once --handler ./my-handler.ts ./www ./there'(folder) {
    const line = 'clsync --once --resend --handler ./my-handler.ts ./www ./there'
    expect(await folder.run(line)).toContain('send index.html, 6 bytes')
  },
  async 'clsync import ./lsyncd.conf.lua --to ./from-lsyncd.config.ts'(folder) {
    await folder.run('clsync --once --config ./from-lsyncd.config.ts')
    expect(folder.read('lsyncd/index.html')).toBe('hello\n')
  },
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
