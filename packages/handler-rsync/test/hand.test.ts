import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rsyncIsMissing } from '../../../e2e/stage/servers/rsyncd.ts'
import { type Sshd, sshdIsMissing, startSshd } from '../../../e2e/stage/servers/sshd.ts'
import { change, directory, failures, look, read, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
let sshd: Sshd | undefined
beforeAll(async () => {
  if (rsyncIsMissing === undefined && sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
})
afterAll(() => sshd?.dispose())
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

const IS_ROOT = process.geteuid?.() === 0
describe.each([
  ['this process', rsyncIsMissing, (below = '') => ({ destination: stage.destination.root + below })],
  [
    'a shell over ssh',
    rsyncIsMissing ?? sshdIsMissing,
    (below?: string) => ({
      destination: `target:${stage.destination.root}${below ?? ''}`,
      ssh: { configFile: sshd!.configFile },
    }),
  ],
])('what %s brings', (_who, missing, options) => {
  beforeEach(async (context) => {
    if (missing === undefined) await stage.open(options())
    else context.skip()
  })

  it.each([
    ['text', 'with a line\nand "quotes" and \'others\' and $(id) `id` \\ \u00e9'],
    ['nothing', ''],
    ['a lone line break', '\n'],
    ['bytes', Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 256))],
    ['more than one read', Buffer.alloc(200_000, 'whole\nno\n')],
  ])('is exact: %s', async (_what, content) => {
    stage.source.write('d/f', content)
    fs.chmodSync(stage.source.at('d/f'), 0o754)
    expect(await stage.send([change('create', 'd', directory), change('create', 'd/f')])).toEqual({ failed: [], stale: [] })
    expect(fs.readFileSync(stage.destination.at('d/f'))).toEqual(fs.readFileSync(stage.source.at('d/f')))
    for (const path of ['d', 'd/f']) {
      const [have, want] = [look(stage.destination, path), look(stage.source, path)]
      expect([have.mode, have.mtimeNs, have.uid, have.gid]).toEqual([want.mode, want.mtimeNs, want.uid, want.gid])
    }
  })

  it.skipIf(!IS_ROOT)('has its owner and group, also below a directory that hands its own on', async () => {
    stage.source.write('d/f', 'text')
    fs.chownSync(stage.source.at('d'), 12345, 23456)
    fs.chmodSync(stage.source.at('d'), 0o2770)
    fs.chownSync(stage.source.at('d/f'), 34567, 45678)
    await stage.send([change('create', 'd', directory)])
    await stage.send([change('create', 'd/f')])
    expect(look(stage.destination, 'd')).toMatchObject({ uid: 12345n, gid: 23456n, mode: look(stage.source, 'd').mode })
    expect(look(stage.destination, 'd/f')).toMatchObject({ uid: 34567n, gid: 45678n })
  })

  it('replaces in one step: who has the old file open keeps it', async () => {
    stage.source.write('f', 'old')
    await stage.send([change('create', 'f')])
    const fd = fs.openSync(stage.destination.at('f'), 'r')
    stage.source.write('f', 'new and longer')
    await stage.send([change('update', 'f')])
    expect(fs.readFileSync(fd, 'utf8')).toBe('old')
    fs.closeSync(fd)
    expect(fs.readdirSync(stage.destination.root)).toEqual(['f'])
  })

  it.skipIf(!IS_ROOT)('leaves the old file when the new one finds no room', async () => {
    stage.source.write('d/f', 'old')
    await stage.send([change('create', 'd', directory)])
    const directoryThere = `${stage.destination.root}/d`
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directoryThere])
    try {
      await stage.send([change('create', 'd/f')])
      stage.source.write('d/f', Buffer.alloc(200_000))
      await expect(stage.send([change('update', 'd/f')])).rejects.toThrow(/No space left/u)
      expect(read(stage.destination, 'd/f')).toBe('old')
    } finally {
      execFileSync('umount', [directoryThere])
    }
  })

  it('does not send a renamed directory again', async () => {
    for (let at = 0; at < 20; at++) stage.source.write(`old/sub/f${at}`, `${at}`)
    const all = ['old', 'old/sub'].map((path) => change('create', path, directory))
    await stage.send([...all, ...Array.from({ length: 20 }, (_, at) => change('create', `old/sub/f${at}`))])
    const before = look(stage.destination, 'old/sub/f7').ino
    stage.source.move('old', 'new')
    await stage.send([change('move', 'new', { ...directory, from: 'old', content: false })])
    expect(look(stage.destination, 'new/sub/f7').ino).toBe(before)
    expect(fs.readdirSync(stage.destination.root)).toEqual(['new'])
  })

  it('does not go through a link that stands at the target', async () => {
    stage.source.write('d/f', 'text')
    const outside = fs.mkdtempSync(`${stage.state.root}/outside`)
    fs.writeFileSync(`${outside}/f`, 'kept')
    fs.symlinkSync(outside, stage.destination.at('d'))
    await stage.send([change('delete', 'd/f'), change('delete', 'd/g')])
    await stage.send([change('create', 'd/f')])
    expect(fs.readdirSync(outside)).toEqual(['f'])
    expect(fs.readFileSync(`${outside}/f`, 'utf8')).toBe('kept')
  })

  it('fills and clears read-only directories, and leaves them read-only', async () => {
    stage.source.write('d/f', 'text')
    stage.source.write('d/g', 'text')
    fs.chmodSync(stage.source.at('d'), 0o555)
    await stage.send([change('create', 'd', directory), change('create', 'd/f'), change('create', 'd/g')])
    fs.chmodSync(stage.source.at('d'), 0o755)
    stage.source.remove('d/g')
    fs.chmodSync(stage.source.at('d'), 0o555)
    expect(failures(await stage.send([change('delete', 'd/g')]))).toEqual({})
    expect(fs.readdirSync(stage.destination.at('d'))).toEqual(['f'])
    expect(look(stage.destination, 'd')).toMatchObject({ mode: 0o40555n, mtimeNs: look(stage.source, 'd').mtimeNs })
    for (const tree of [stage.source, stage.destination]) fs.chmodSync(tree.at('d'), 0o755)
  })

  it('removes an empty directory that may not be read', async () => {
    stage.source.makeDirectory('d')
    await stage.send([change('create', 'd', directory)])
    fs.chmodSync(stage.destination.at('d'), 0o300)
    expect(failures(await stage.send([change('delete', 'd', directory)]))).toEqual({})
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
  })

  it('keeps a directory that holds something of others, and warns', async () => {
    stage.source.write('d/f', 'text')
    await stage.send([change('create', 'd', directory), change('create', 'd/f')])
    stage.destination.write('d/stranger', '')
    stage.source.remove('d')
    const gone = [change('delete', 'd/f'), change('delete', 'd', { ...directory })]
    expect(failures(await stage.send(gone))).toEqual({})
    expect(fs.readdirSync(stage.destination.at('d'))).toEqual(['stranger'])
    expect(stage.warnings.join()).toContain('did not put there')
  })

  it('leaves alone what is there already, as it came from there', async () => {
    const sent = [change('create', 'f'), change('create', 'link', { kind: 'symlink' })]
    stage.source.write('f', 'text')
    fs.symlinkSync('f', stage.source.at('link'))
    await stage.send(sent)
    // Who brings a copy sets its time afterwards.
    for (const tree of [stage.source, stage.destination]) {
      fs.utimesSync(tree.at('f'), 1, 2)
      fs.lutimesSync(tree.at('link'), 1, 2)
    }
    const inodes = () => ['f', 'link'].map((path) => look(stage.destination, path).ino)
    const before = inodes()
    const again = [change('update', 'f'), change('update', 'link', { kind: 'symlink', previousKind: 'symlink' })]
    await stage.send(again)
    expect(inodes()).toEqual(before)
    fs.writeFileSync(stage.source.at('f'), 'TEXT')
    fs.utimesSync(stage.source.at('f'), 1, 2)
    await stage.send(again)
    expect(read(stage.destination, 'f')).toBe('TEXT')
    fs.chmodSync(stage.source.at('f'), 0o640)
    await stage.send(again)
    expect(look(stage.destination, 'f').mode).toBe(look(stage.source, 'f').mode)
  })

  it('arrives in a directory whatever that is called', async () => {
    const below = '/k\u00fcche \u5099\u4efd'
    const names = Array.from({ length: 20 }, (_, at) => `f${at}`)
    for (const name of names) stage.source.write(name, name)
    await stage.open(options(below))
    expect(await stage.send([change('create', 'f0')])).toEqual({ failed: [], stale: [] })
    expect(await stage.send(names.map((name) => change('update', name)))).toEqual({ failed: [], stale: [] })
    expect(fs.readdirSync(stage.destination.root)).toEqual([below.slice(1)])
    expect(fs.readdirSync(stage.destination.root + below)).toHaveLength(20)
  })

  it('takes what was to be deleted below a file for gone', async () => {
    stage.destination.write('f', 'a file')
    fs.symlinkSync('nowhere', stage.destination.at('link'))
    expect(failures(await stage.send([change('delete', 'f/below'), change('delete', 'link/below')]))).toEqual({})
    expect(fs.readdirSync(stage.destination.root).toSorted()).toEqual(['f', 'link'])
  })

  it('renames one name of a file to another', async () => {
    stage.destination.write('one', 'text')
    fs.linkSync(stage.destination.at('one'), stage.destination.at('other'))
    stage.source.write('other', 'text')
    await stage.send([change('move', 'other', { from: 'one', content: false })])
    expect(fs.readdirSync(stage.destination.root)).toEqual(['other'])
  })

  it.skipIf(!IS_ROOT)('does not take two ways to the only name of a file for two names', async () => {
    stage.destination.write('one/f', 'text')
    stage.destination.makeDirectory('other')
    execFileSync('mount', ['--bind', `${stage.destination.root}/one`, `${stage.destination.root}/other`])
    try {
      stage.source.write('other/f', 'text')
      const result = await stage.send([change('move', 'other/f', { from: 'one/f', content: false })])
      expect(failures(result)).toEqual({ 'other/f': expect.stringContaining('cannot be renamed') })
      expect(read(stage.destination, 'one/f')).toBe('text')
    } finally {
      execFileSync('umount', [`${stage.destination.root}/other`])
    }
  })

  it('lets a directory take the place of a file, and a file that of an empty directory', async () => {
    stage.source.write('d/f', 'text')
    stage.source.write('g', 'text')
    stage.destination.write('d', 'a file')
    stage.destination.makeDirectory('old')
    stage.destination.write('old/x', 'x')
    stage.destination.write('moved', 'a file')
    await stage.send([change('create', 'd', { ...directory, previousKind: 'file' }), change('create', 'd/f')])
    expect(read(stage.destination, 'd/f')).toBe('text')
    stage.source.write('moved/x', 'x')
    await stage.send([change('move', 'moved', { ...directory, from: 'old', content: false })])
    expect(read(stage.destination, 'moved/x')).toBe('x')
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('what a crash left', () => {
  it.skipIf(process.platform !== 'linux')('and still runs is ended', async () => {
    await stage.open()
    const orphan = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    const stat = fs.readFileSync(`/proc/${orphan.pid}/stat`, 'latin1').split(' ')
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    fs.writeFileSync(stage.state.at('processes'), `${orphan.pid} ${stat[21]}@${boot}\n${bystander.pid} 1@${boot}\n`)
    stage.crash()
    await stage.open()
    await expect.poll(() => orphan.signalCode).toBe('SIGTERM')
    expect(bystander.signalCode).toBeNull()
    bystander.kill()
  })
})
