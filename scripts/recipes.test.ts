import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { printedIn } from './documents/blocks.ts'
import { createFolder, type Folder } from './documents/folder.ts'

/** Every command of `examples/recipes/README.md`, by its number there. Only what cannot run here has a stand-in, which writes down its calls. */

const POLL = { timeout: 20_000, interval: 20 }
const IS_ROOT = process.getuid?.() === 0
const { commands } = printedIn('examples/recipes/README.md')
const tried = new Set<string>()

vi.setConfig({ testTimeout: 90_000 })

let folder: Folder
beforeEach(() => {
  folder = createFolder('examples/recipes')
  folder.write('site/index.html', 'hello')
  folder.write('site/deep/page.html', 'deep')
  mkdirSync(join(folder.root, 'out'))
})
afterEach(() => folder.dispose())

/** The commands of the README that have this in them. */
function printed(part: string): string[] {
  const found = commands.filter((command) => command.includes(part))
  expect(found, part).not.toEqual([])
  for (const command of found) tried.add(command)
  return found
}

async function live(part: string, check: () => Promise<void> | void): Promise<void> {
  const [command = ''] = printed(part)
  await folder.live(withStandIns(command), check)
}

async function once(part: string): Promise<string> {
  const [command = ''] = printed(part)
  return folder.run(withStandIns(command))
}

function withStandIns(command: string): string {
  return `export PATH="$PWD/stand-ins:$PATH"; ${command}`
}

/** A program that writes down how it was called. */
function standIn(name: string, more = ''): void {
  folder.write(`stand-ins/${name}`, `#!/bin/sh\n${more}\nprintf '%s\\n' "${name} $*" >> '${folder.root}/out/calls'\n`)
  chmodSync(join(folder.root, 'stand-ins', name), 0o755)
}

const calls = (): string[] =>
  folder
    .read('out/calls')
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
const arrives = (name: string, content: string) => expect.poll(() => folder.read(name), POLL).toBe(content)
const at = (name: string): string => join(folder.root, name)

it('1 mirrors a directory', async () => {
  await live('rsync ./site ./out/mirror', async () => {
    expect(folder.read('out/mirror/deep/page.html')).toBe('deep')
    folder.write('site/new.html', 'new')
    await arrives('out/mirror/new.html', 'new')
    rmSync(at('site/deep'), { recursive: true })
    await expect.poll(() => existsSync(at('out/mirror/deep')), POLL).toBe(false)
  })
})

it('2 mirrors at once', async () => {
  await live('./out/fast', async () => {
    const begin = performance.now()
    folder.write('site/new.html', 'new')
    await expect.poll(() => folder.read('out/fast/new.html'), { timeout: 20_000, interval: 2 }).toBe('new')
    expect(performance.now() - begin).toBeLessThan(5000)
  })
})

it('3 brings the authorized keys only, also of users that come later', async () => {
  folder.write('homes/anna/.ssh/authorized_keys', 'key of anna')
  folder.write('homes/anna/.ssh/id_rsa', 'secret')
  folder.write('homes/anna/notes.txt', 'private')
  folder.write('homes/stray', 'no home')
  mkdirSync(at('out/homes'))
  await live('authorized-keys', async () => {
    folder.write('homes/bert/.ssh/authorized_keys', 'key of bert')
    folder.write('homes/bert/.ssh/id_rsa', 'secret')
    await arrives('out/homes/bert/.ssh/authorized_keys', 'key of bert')
    rmSync(at('homes/anna/.ssh/authorized_keys'))
    await arrives('out/homes/anna/.ssh/authorized_keys', '')
    const files = readdirSync(at('out/homes'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.map(({ name }) => name)).toEqual(['authorized_keys'])
  })
})

it('4 keeps two directories equal', async () => {
  folder.write('left/of-left', 'left')
  folder.write('right/of-right', 'right')
  await live('two-way', async () => {
    await arrives('right/of-left', 'left')
    await arrives('left/of-right', 'right')
    folder.write('left/new', 'new')
    await arrives('right/new', 'new')
    folder.write('right/newer', 'newer')
    await arrives('left/newer', 'newer')
    rmSync(at('right/of-left'))
    await expect.poll(() => existsSync(at('left/of-left')), POLL).toBe(false)
    // And then there is rest: nothing goes to and fro.
    const times = () => [statSync(at('left/new')).ctimeMs, statSync(at('right/new')).ctimeMs].join()
    const before = times()
    folder.write('left/last', 'last')
    await arrives('right/last', 'last')
    expect(times()).toBe(before)
  })
})

it.runIf(IS_ROOT)('5 mends the ownership of a site', async () => {
  const other = at('site/other.html')
  writeFileSync(other, 'of somebody else')
  chownSync(other, 65534, 65534)
  const owner = (name: string): number => statSync(at(name)).uid
  await live('ownership', async () => {
    await expect.poll(() => owner('site/index.html'), POLL).toBe(33)
    folder.write('site/new.html', 'new')
    await expect.poll(() => owner('site/new.html'), POLL).toBe(33)
    expect(owner('site/other.html')).toBe(65534)
  })
})

it('6 syncs until nothing changes any more', async () => {
  await once('rsync ./site ./out/live')
  expect(folder.read('out/live/index.html')).toBe('hello')
})

it('7 moves a web server with what it writes when it is stopped', async () => {
  await once('move-server')
  expect(folder.read('out/started-with.txt')).toBe('the last orders\n')
  expect(folder.read('out/moved/deep/page.html')).toBe('deep')
})

it('8 copies to all nodes, file by file', async () => {
  standIn('pdcp')
  folder.write('global/a', 'a')
  await live('clsync --config pdcp', async () => {
    folder.write('global/d/new one', 'new')
    const [first, second] = [at('global/a'), at('global/d/new one')]
    await expect.poll(calls, POLL).toEqual([`pdcp -a ${first} ${first}`, `pdcp -a ${second} ${second}`])
  })
})

it('9 sends by multicast, batch by batch', async () => {
  standIn('uftp')
  folder.write('global/a', 'a')
  folder.write('global/b', 'b')
  await live('uftp', async () => {
    await expect.poll(calls, POLL).toEqual(['uftp -M 230.4.4.1 a b'])
  })
})

it('10 says what it would do', async () => {
  standIn('pdcp')
  folder.write('global/a', 'a')
  const [mirror = '', nodes = ''] = printed('--dry-run')
  expect(await folder.run(withStandIns(mirror))).toContain('index.html')
  expect(await folder.run(withStandIns(nodes))).toContain('pdcp -a')
  expect(readdirSync(at('out'))).toEqual([])
})

it('11 builds on change', async () => {
  folder.write('program/Makefile', 'build:\n\tcat *.c > program.out\n')
  folder.write('program/main.c', 'main\n')
  await live('make -s build', async () => {
    await arrives('program/program.out', 'main\n')
    folder.write('program/main.c', 'main, but better\n')
    await arrives('program/program.out', 'main, but better\n')
  })
})

it('12 makes a backup over a slow line', async () => {
  await once('slow-backup')
  expect(folder.read('out/slow/index.html')).toBe('hello')
})

it('13 copies in parallel', async () => {
  mkdirSync(at('out/parallel'))
  for (let count = 0; count < 250; count++) folder.write(`site/d${count % 5}/f${count}`, String(count))
  await live('parallel', async () => {
    await arrives('out/parallel/d4/f249', '249')
    rmSync(at('site/d4'), { recursive: true })
    await expect.poll(() => existsSync(at('out/parallel/d4')), POLL).toBe(false)
  })
})

it('14 brings a few files of a huge tree', async () => {
  for (const name of ['etc/hosts', 'etc/passwd', 'etc/nginx/site.conf', 'etc/nginx/old.bak', 'var/log'])
    folder.write(`huge/${name}`, name)
  await live('few-files', async () => {
    folder.write('huge/etc/nginx/more.conf', 'more')
    await arrives('out/few/etc/nginx/more.conf', 'more')
    expect(filesBelow('out/few')).toEqual(['etc/hosts', 'etc/nginx/more.conf', 'etc/nginx/site.conf'])
  })
})

it('15 brings some files of /etc to all nodes, and tries again when one does not answer', async () => {
  standIn(
    'pdcp',
    `[ -e '${folder.root}/out/up' ] || { : > '${folder.root}/out/tried'; echo 'node7 does not answer' >&2; exit 1; }`,
  )
  for (const name of ['passwd', 'group', 'shadow']) folder.write(`etc/${name}`, name)
  folder.write('hpc.config.ts', folder.read('hpc.config.ts').replaceAll("'5s'", "'200ms'"))
  const [command = ''] = printed('hpc.config')
  folder.write('run.sh', `${withStandIns(command)} --until-idle`)
  const running = folder.run('sh ./run.sh')
  await expect.poll(() => existsSync(at('out/tried')), POLL).toBe(true)
  folder.write('out/up', '')
  await running
  expect(calls()).toEqual(['pdcp -a group passwd /etc/'])
})

it('16 makes a backup of a node, with history', async () => {
  folder.write('node/etc/hosts', 'before')
  folder.write('node/proc/cpuinfo', 'no file')
  await live('node-backup', async () => {
    expect(filesBelow('out/node')).toEqual(['etc/hosts'])
    folder.write('node/etc/hosts', 'after, and longer')
    await arrives('out/node/etc/hosts', 'after, and longer')
    const [day = ''] = readdirSync(at('out/node-history'))
    expect(folder.read(`out/node-history/${day}/etc/hosts`)).toBe('before')
  })
})

describe('17 containers', () => {
  beforeEach(() => {
    standIn('ping', `[ -e '${folder.root}/out/up' ] || { : > '${folder.root}/out/tried'; exit 1; }`)
    folder.write('lxc/web/rootfs/etc/hosts', 'before')
    folder.write('lxc/web/rootfs/proc/stat', 'no file')
    const config = folder.read('lxc.config.ts').replaceAll(/'(?:5s|15s)'/gu, "'200ms'")
    folder.write('lxc.config.ts', config)
  })

  it('wait for a peer that is away, and follow', async () => {
    const command = withStandIns(printed('clsync --config lxc')[0] ?? '')
    folder.write('out/up', '')
    await folder.live(command, async () => {
      await arrives('out/brother/web/rootfs/etc/hosts', 'before')
      rmSync(at('out/up'))
      folder.write('lxc/web/rootfs/etc/hosts', 'after, and longer')
      await expect.poll(() => existsSync(at('out/tried')), POLL).toBe(true)
      expect(folder.read('out/brother/web/rootfs/etc/hosts')).toBe('before')
      folder.write('out/up', '')
      await arrives('out/brother/web/rootfs/etc/hosts', 'after, and longer')
      expect(filesBelow('out/brother')).toEqual(['web/rootfs/etc/hosts'])
    })
  })

  it('have a backup with decrements, and a hand-over', async () => {
    folder.write('out/up', '')
    await once('--profile backup')
    expect(folder.read('out/backup/web/rootfs/etc/hosts')).toBe('before')
    folder.write('lxc/web/rootfs/etc/hosts', 'after, and longer')
    await once('--profile handover')
    expect(folder.read('out/backup/web/rootfs/etc/hosts')).toBe('after, and longer')
    expect(folder.read('out/decrements/web/rootfs/etc/hosts')).toBe('before')
  })
})

it('18 has a service whose command line is right', async () => {
  standIn('ping')
  folder.write('lxc/web/file', 'file')
  const unit = folder.read('clsync@.service')
  const [, start = ''] = /^ExecStart=(.*)$/mu.exec(unit) ?? []
  const [, environment = ''] = /^Environment=(CONTAINER=.*)$/mu.exec(unit) ?? []
  await folder.run(withStandIns(`${environment} ${start.replace('/etc/clsync/', '').replace('%i', 'backup')} --once --delay 0`))
  expect(folder.read('out/backup/web/file')).toBe('file')
})

it('19 tells monitoring of failures, and goes on', async () => {
  standIn('rsync', `[ -e '${folder.root}/out/up' ] || { : > '${folder.root}/out/tried'; exit 12; }; exec /usr/bin/rsync "$@"`)
  folder.write('lxc/web/file', 'file')
  folder.write('production.config.ts', folder.read('production.config.ts').replaceAll(/'(?:5s|15s)'/gu, "'200ms'"))
  folder.write('out/up', '')
  await live('production', async () => {
    await arrives('out/production/web/file', 'file')
    rmSync(at('out/up'))
    folder.write('lxc/web/file', 'file, and more')
    await expect.poll(() => folder.read('out/alerts.txt'), POLL).toContain('ended with 12')
    folder.write('out/up', '')
    await arrives('out/production/web/file', 'file, and more')
  })
})

it('20 runs handlers of the C clsync', async () => {
  folder.dispose()
  folder = createFolder('examples/clsync-handlers')
  for (const command of printedIn('examples/clsync-handlers/README.md').commands) await folder.run(command)
  for (const mode of ['simple', 'shell', 'rsyncshell', 'direct', 'rsyncdirect']) {
    expect(filesBelow(`out/${mode}`), mode).toEqual(['dir/two.txt', 'one.txt'])
  }
})

it('all commands of the page are among these', () => {
  expect(commands.filter((command) => !tried.has(command))).toEqual([])
})

function filesBelow(name: string): string[] {
  const entries = readdirSync(at(name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(at(name).length + 1)).toSorted()
}
