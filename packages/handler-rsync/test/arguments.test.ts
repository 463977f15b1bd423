import { expect, it } from 'vitest'
import { commandText, type Purpose, rsyncArguments } from '../src/arguments.ts'
import { parseDestination } from '../src/destination.ts'
import { rsyncOptions } from '../src/options.ts'

function argumentsFor(purpose: Purpose, given: object, rsh?: string): string[] {
  const options = rsyncOptions.parse({ destination: '/dst', ...given })
  const destination = parseDestination(options.destination)
  return rsyncArguments({ version: '3.5.0', purpose, options, destination, source: '/src', ...(rsh !== undefined && { rsh }) })
}

it.each([
  ['bring', {}, ['--ignore-times', '--modify-window=-1', '--times', '--perms', '--owner', '--group', '--links']],
  ['compare', { checksum: true }, ['--checksum']],
  ['verify', {}, ['--checksum']],
  ['delete', {}, ['--delete-missing-args', '--dirs']],
  ['delete', { backupDir: '/old', suffix: '~' }, ['--backup', '--backup-dir=/old', '--suffix=~']],
  [
    'bring',
    { chmod: 'u+w', chown: 'a:b', bwlimit: '2M', tempDir: 't', partialDir: 'p' },
    ['--chmod=u+w', '--chown=a:b', '--bwlimit=2M'],
  ],
  ['bring', { hardLinks: true, acls: true, xattrs: true, sparse: true }, ['--hard-links', '--acls', '--xattrs', '--sparse']],
  ['bring', { inplace: true, append: true, numericIds: true }, ['--inplace', '--append-verify', '--numeric-ids']],
  ['bring', { compress: true }, ['--compress']],
  ['bring', { compress: 'zstd' }, ['--compress-choice=zstd']],
  ['bring', { stallSeconds: 7.5 }, ['--timeout=8']],
  [
    'bring',
    { destination: 'host::mod', passwordFile: '/pw' },
    ['--sockopts=TCP_NODELAY', '--password-file=/pw', '--protect-args'],
  ],
  [
    'bring',
    { destination: 'host:/dst', remoteRsyncPath: '/opt/rsync' },
    ['--rsync-path=/opt/rsync', '--protect-args', '--rsh=ssh -S x'],
  ],
  ['bring', { extraArguments: ['--fake-super'] }, ['--fake-super']],
] as const)('%s with %j', (purpose, options, expected) => {
  expect(argumentsFor(purpose, options, 'ssh -S x')).toEqual(expect.arrayContaining([...expected]))
})

it('leaves out what is switched off, and what belongs to others', () => {
  const args = argumentsFor('bring', { permissions: false, owner: false, group: false }, 'ssh')
  for (const flag of ['--perms', '--owner', '--group', '--rsh=ssh', '--protect-args']) expect(args).not.toContain(flag)
  expect(argumentsFor('compare', {})).not.toContain('--ignore-times')
  expect(argumentsFor('delete', {})).not.toContain('--recursive')
})

it('ends with source and destination, after what the user adds', () => {
  expect(argumentsFor('bring', { extraArguments: ['--stats'] }).slice(-4)).toEqual(['--stats', '--', '/src/', '/dst/'])
})

it('shows a command that can be pasted', () => {
  expect(commandText('rsync', ['-a', "it's", 'a b'])).toBe(`rsync -a 'it'\\''s' 'a b'`)
})
