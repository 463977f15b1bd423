import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runCommandLine, textAt } from '../support/command-line.ts'
import { project } from '../support/project.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).href
const START = `import { main } from '${MAIN}'\nprocess.exitCode = await main(process.argv.slice(2))\n`
const NAMESPACES = ['--user', '--map-root-user', '--mount']

/** What arrives of a source with another file system mounted in `mnt`, which holds `file` and `deep/file`. */
function mirrored(...args: string[]): string[] {
  const cwd = project({ 'data/a': '1', 'data/mnt/': '', 'start.mjs': START })
  const node = `${process.execPath} --conditions=clsync-source start.mjs --once --state-dir state ${args.join(' ')} data copy`
  const fill = 'mount -t tmpfs none data/mnt && mkdir data/mnt/deep && touch data/mnt/file data/mnt/deep/file'
  execFileSync('unshare', [...NAMESPACES, 'sh', '-c', `${fill} && ${node}`], { cwd })
  return (readdirSync(path.join(cwd, 'copy'), { recursive: true }) as string[]).toSorted()
}

test.runIf(canUnshare())('what is mounted below the source is entered, or left out with or without its mount point', () => {
  expect(mirrored()).toEqual(['a', 'mnt', 'mnt/deep', 'mnt/deep/file', 'mnt/file'])
  expect(mirrored('--one-file-system')).toEqual(['a', 'mnt'])
  expect(mirrored('--exclude-mount-points')).toEqual(['a'])
})

test('directories that are made later obey the rules file as those from before', async () => {
  const rules = '+w^$\n+w^[^/]+$\n+W^[^/]+/\\.ssh$\n+f^[^/]+/\\.ssh/authorized_keys$\n-*'
  const cwd = project({ 'data/bob/.ssh/authorized_keys': 'b', 'data/bob/.ssh/id_rsa': 'secret', rules })
  const run = runCommandLine(cwd, ['-W', 'data', '-D', 'copy', '-R', 'rules'])
  await expect.poll(run.out).toContain('ready')
  execFileSync('mkdir', ['-p', 'data/eve/.ssh'], { cwd })
  for (const name of ['id_rsa', 'authorized_keys']) writeFileSync(path.join(cwd, 'data/eve/.ssh', name), name)
  await expect.poll(() => textAt(cwd, 'copy/eve/.ssh/authorized_keys')).toBe('authorized_keys')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect((readdirSync(path.join(cwd, 'copy'), { recursive: true }) as string[]).toSorted()).toEqual(
    ['bob', 'bob/.ssh', 'bob/.ssh/authorized_keys', 'eve', 'eve/.ssh', 'eve/.ssh/authorized_keys'].toSorted(),
  )
})

test('a rules file that is not there keeps clsync from starting: nothing is synced without it', async () => {
  const cwd = project({ 'data/secret': '1' })
  const run = runCommandLine(cwd, ['--rules-file', 'rules', 'data', 'copy'])
  expect(await run.code).toBe(2)
  expect(run.err()).toContain('RULE_INVALID')
  expect(existsSync(path.join(cwd, 'copy'))).toBe(false)
})

test('--full-initialsync brings what the rules leave out once, and it stays', async () => {
  const cwd = project({ 'data/a': '1', 'data/static/b': '1' })
  const args = ['--full-initialsync', '--exclude', 'static/', 'data', 'copy']
  const run = runCommandLine(cwd, args)
  await expect.poll(() => run.out().match(/ready/gu)?.length).toBe(2)
  expect(textAt(cwd, 'copy/static/b')).toBe('1')
  writeFileSync(path.join(cwd, 'data/static/c'), '1')
  writeFileSync(path.join(cwd, 'data/d'), '1')
  await expect.poll(() => textAt(cwd, 'copy/d')).toBe('1')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect([textAt(cwd, 'copy/static/b'), textAt(cwd, 'copy/static/c')]).toEqual(['1', undefined])
  rmSync(path.join(cwd, 'data/static/b'))
  expect(await runCommandLine(cwd, ['--once', ...args]).code).toBe(0)
  expect([textAt(cwd, 'copy/static/b'), textAt(cwd, 'copy/static/c'), textAt(cwd, 'copy/d')]).toEqual([undefined, '1', '1'])
})

test('with a signature, what changes of the other fields is no change', async () => {
  const cwd = project({ 'data/a': '1', 'data/b': '1' })
  const [a, b] = [path.join(cwd, 'data/a'), path.join(cwd, 'data/b')]
  const run = runCommandLine(cwd, ['--modification-signature', 'mode', '-v', 'data', 'copy'])
  await expect.poll(run.out).toContain('ready')
  writeFileSync(a, 'content')
  utimesSync(a, 1, 1)
  chmodSync(b, 0o600)
  await expect.poll(run.out).toContain('update b')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
  expect(run.out()).not.toContain('update a')
  expect(textAt(cwd, 'copy/a')).toBe('1')
})

test('a signature of unknown fields is refused', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--modification-signature', 'size,atime', 'data', 'copy'])
  expect(await run.code).toBe(2)
  expect(run.err()).toContain('expected some of dev, ino, mode')
})

test('a full first sync and none contradict each other', async () => {
  const cwd = project({ 'data/a': '1' })
  const run = runCommandLine(cwd, ['--full-initialsync', '--skip-initial', 'data', 'copy'])
  expect(await run.code).toBe(2)
  expect(run.err()).toContain('contradict')
})

function canUnshare(): boolean {
  try {
    execFileSync('unshare', [...NAMESPACES, 'true'])
    return true
  } catch {
    console.warn('left out: this system gives no namespaces to this user')
    return false
  }
}
