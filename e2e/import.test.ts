import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sshdIsMissing, startSshd } from './stage/servers/sshd.ts'

// Configs as people have them, imported, and what was written then run as it is.

const ROOT = path.resolve(import.meta.dirname, '..')
const START = `import { main } from '${path.join(ROOT, 'packages/core/src/cli/main.ts')}'\nprocess.exitCode = await main(process.argv.slice(2))\n`

let cwd: string
beforeEach(() => {
  cwd = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'clsync-import-')))
  // Where packages are found, as in a folder that has them installed.
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(cwd, 'node_modules'))
  write('start.mjs', START)
})
afterEach(() => fs.rmSync(cwd, { recursive: true, force: true }))

function write(name: string, text = name, mode = 0o644): void {
  const file = path.join(cwd, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text, { mode })
}

function read(name: string): string | undefined {
  const file = path.join(cwd, name)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}

function clsync(...args: string[]): string {
  const env = { ...process.env, XDG_STATE_HOME: path.join(cwd, 'state') }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=clsync-source', 'start.mjs', ...args], {
    cwd,
    env,
    encoding: 'utf8',
  })
  expect(`${stdout}${stderr} code ${status}`).toMatch(/ code 0$/u)
  return stdout
}

/** Imports `text`, with the place of the test for `@`; runs what came of it once. Returns the config and what was told. */
function imported(
  name: string,
  text: string,
  ...args: string[]
): { readonly config: string; readonly told: string; readonly log: string } {
  write(name, text.replaceAll('@', cwd))
  const told = clsync('import', name, ...args)
  const log = clsync('--once', '--background=0', '--log-to', 'stdout')
  return { config: read('clsync.config.ts') ?? '', told, log }
}

function tree(directory: string): string[] {
  return (fs.readdirSync(path.join(cwd, directory), { recursive: true }) as string[]).toSorted()
}

describe('a config of the C clsync', () => {
  it('mirrors by rsync, with rules', () => {
    for (const name of ['index.html', 'cache/x', 'a.tmp']) write(`www/${name}`)
    fs.mkdirSync(path.join(cwd, 'copy'))
    write('rules', '-d^cache$\n-f\\.tmp$')
    const { config, told } = imported(
      'clsync.conf',
      `# Site
[default]
label = www
watch-dir = @/www
destination-dir = @/copy
mode = rsyncdirect
sync-handler = /usr/bin/rsync
rules-file = @/rules
background = 1
output = syslog
pid-file = @/%label%.pid
delay-sync = 5
delay-collect = 5
ignore-exitcode = 23,24
ignore-failures = 1
threading = safe
`,
    )
    expect(tree('copy')).toEqual(['index.html'])
    expect(config).toContain(`pidFile: '${cwd}/www.pid', // pid-file`)
    expect(config).toContain(`delay: '5s', // delay-collect`)
    expect(config).toContain('attempts: 0, // ignore-failures')
    expect(told).toMatch(/Could not be carried over:\n {2}threading: changes are taken in/u)
    expect(told).toMatch(/Not needed any more:\n {2}ignore-exitcode/u)
  })

  it('runs a handler with a list, from a block that inherits', () => {
    write('src/a')
    write('sync.sh', `#!/bin/sh\necho "$@" | sed "s#$3#LIST#" >> ${cwd}/calls\ncat "$3" >> ${cwd}/lists\n`, 0o755)
    const { config, told } = imported(
      'clsync.conf',
      `[base]
mode = shell
sync-handler = @/sync.sh
lists-dir = @/lists-%label%
retries = 3
timeout-sync = 3600

[site]
config-block-inherits = base
watch-dir = @/src
label = site
exit-hook = /bin/true
`,
      '--block',
      'site',
    )
    expect(read('calls')).toBe('synclist site LIST\n')
    expect(read('lists')).toMatch(/^sync site \d+ a$/mu)
    expect(config).toContain(`listsDir: '${cwd}/lists-site'`)
    expect(config).toContain(`after: '/bin/true site', // exit-hook`)
    expect(told).toContain('block "base": import it by itself')
  })

  it('copies the keys of all users and nothing else', () => {
    for (const file of ['bob/.ssh/authorized_keys', 'bob/.ssh/id_rsa', 'bob/mail', 'eve/.ssh/authorized_keys2'])
      write(`home/${file}`)
    fs.mkdirSync(path.join(cwd, 'copy'))
    write('rules', '+w^$\n+w^[^/]+$\n+W^[^/]+/\\.ssh$\n+f^[^/]+/\\.ssh/authorized_keys2?$\n-*')
    imported(
      'clsync.conf',
      `[keys]
watch-dir = @/home
destination-dir = @/copy
mode = direct
sync-handler = cp
rules-file = @/rules
-- = -Pfp --parents %INCLUDE-LIST% %destination-dir%
`,
    )
    expect(tree('copy').filter((name) => fs.statSync(path.join(cwd, 'copy', name)).isFile())).toEqual([
      'bob/.ssh/authorized_keys',
      'eve/.ssh/authorized_keys2',
    ])
  })

  it('moves a container: until it is quiet, with commands around the last sync', () => {
    write('lxc/rootfs/etc/passwd')
    write(
      'handler.sh',
      `#!/bin/sh\n[ "$1" = rsynclist ] || exit 9\nrsync -aH --delete --exclude-from="$4" --include-from="$3" --exclude='*' ./ ${cwd}/peer/\n`,
      0o755,
    )
    fs.mkdirSync(path.join(cwd, 'peer'))
    write('stop', `#!/bin/sh\necho "$1" > ${cwd}/lxc/stopped\n`, 0o755)
    write('begin', `#!/bin/sh\ncp ${cwd}/peer/stopped ${cwd}/begun\n`, 0o755)
    const { config } = imported(
      'clsync.conf',
      `[default]
watch-dir = @/lxc
mode = rsyncshell
sync-handler = @/handler.sh
[atomic]
config-block-inherits = default
label = ct1
exit-on-no-events = 1
max-iterations = 20
pre-exit-hook = @/stop
exit-hook = @/begin
retries = 3
full-initialsync = 1
sync-on-quit = 1
`,
      '--block=atomic',
    )
    expect(read('begun')).toBe('ct1\n')
    expect(read('peer/rootfs/etc/passwd')).toBe('lxc/rootfs/etc/passwd')
    expect(config).toContain(`maxRounds: 20, // max-iterations`)
  })

  it('tells every node of each change', () => {
    write('global/motd')
    write('pdcp', `#!/bin/sh\necho "$@" >> ${cwd}/calls\n`, 0o755)
    const { told } = imported(
      'hpc.conf',
      `[hpc]
watch-dir = @/global
mode = simple
sync-handler = @/pdcp
delay-sync = 5
delay-collect = 1
one-file-system = 1
uid = nobody
-- = -a %INCLUDE-LIST% %INCLUDE-LIST%
`,
    )
    expect(read('calls')).toContain(`-a ${cwd}/global/motd ${cwd}/global/motd\n`)
    expect(told).toContain('uid: a process has one set of rights')
  })
})

describe('a config of lsyncd', () => {
  it('as the package brings it', () => {
    write('src/a')
    fs.chmodSync(path.join(cwd, 'src/a'), 0o640)
    const { config, told } = imported(
      'lsyncd.conf.lua',
      `----
-- User configuration file for lsyncd.
settings {
  logfile = "/var/log/lsyncd/lsyncd.log",
  statusFile = "/var/log/lsyncd/lsyncd.status",
  nodaemon = true,
}

sync {
  default.rsync,
  source = "@/src/",
  target = "@/copy/",
}
`,
    )
    expect(read('copy/a')).toBe('src/a')
    expect(config).toContain(`delay: '15s', // lsyncd's default; 50ms is the one here`)
    expect(config).toContain('permissions: false')
    expect(told).toMatch(/settings\.logfile: the log goes to stdout[^]*Not needed any more:\n {2}settings\.nodaemon/u)
  })

  it('with excludes, a file of them, and options of rsync', () => {
    for (const name of ['a', 'a.swp', 'deep/cache/x', 'cache/x', 'vendor/x', 'top', 'deep/top']) write(`www/${name}`)
    write('excludes', '# editors\n*.swp\n\n/top\n')
    const { config } = imported(
      'lsyncd.conf.lua',
      `settings { insist = true, statusInterval = 5, inotifyMode = "CloseWrite", maxProcesses = 4 }
sync{
    default.rsync,
    source    = '@/www', target = '@/copy', delay = 3,
    exclude   = { 'deep/cache/', '/vendor' },
    excludeFrom = "excludes",
    delete    = 'running',
    rsync     = { archive = true, compress = false, acls = true, prune_empty_dirs = true, bwlimit = 5000,
                  _extra = { "--omit-dir-times" } }
}`,
    )
    expect(tree('copy')).toEqual(['a', 'cache', 'cache/x', 'deep', 'deep/top'])
    expect(config).toContain(`extraArguments: ['--prune-empty-dirs', '--omit-dir-times']`)
    expect(config).toContain(`bwlimit: '5000'`)
    expect(config).toContain(`delete: 'running'`)
    expect(config).not.toContain('permissions')
  })

  it.runIf(sshdIsMissing === undefined)('to another host', async () => {
    write('src/a')
    const sshd = await startSshd()
    try {
      const { config } = imported(
        'lsyncd.conf.lua',
        `sync { default.rsyncssh, source="@/src", host="target", targetdir="@/copy", delay = 0,
  rsync = { archive = true, rsh = "/usr/bin/ssh -o ConnectTimeout=10 -F ${sshd.configFile}" },
  ssh = { port = ${sshd.port} } }`,
      )
      expect(read('copy/a')).toBe('src/a')
      expect(config).toContain(`destination: 'target:${cwd}/copy'`)
      expect(config).toContain(`options: { ConnectTimeout: '10' }`)
    } finally {
      await sshd.dispose()
    }
  })

  it('with variables, several syncs and filters', () => {
    for (const name of ['photos/a.jpg', 'photos/a.raw', 'notes/b']) write(`data/${name}`)
    const { config, log } = imported(
      'lsyncd.conf.lua',
      `local base = "@/data"
backup = "@/backup" --[[ a disk ]]
settings = { pidfile = "@/lsyncd.pid", onepass = true }
sync { default.rsync, source = base .. "/photos", target = backup .. "/photos",
  filter = { '+ /*.jpg', '- *' }, delete = false, init = true }
sync { default.rsync; source = base.."/notes"; target = [[@/backup/notes]]; rsync = { chmod = "D755,F644" } }
`,
    )
    expect([...tree('backup')]).toEqual(['notes', 'notes/b', 'photos', 'photos/a.jpg'])
    expect(config).toMatch(/tasks: \{\n {4}photos: \{[^]*\n {4}notes: \{/u)
    expect(config).toContain(`mode: 'once', // settings.onepass`)
    expect(log).toContain('notes')
  })

  it('with code in Lua, of which it says what is left to do', () => {
    write('src/a')
    const { config, told } = imported(
      'lsyncd.conf.lua',
      `settings { logfacility = "daemon", logident = "lsyncd" }
local servers = { "one", "two" }
for _, server in ipairs(servers) do
  sync { default.rsync, source = "@/src", target = server .. ":/srv" }
end
sync { default.direct, source = "@/src", target = "@/copy", maxProcesses = 2, exclude = "*.bak" }
sync {
  source = "@/src", target = "x", delay = 5,
  onCreate = function(event) if event.isdir then spawn(event, "mkdir", event.target) end end,
}
bash = { onModify = "cp ^sourcePathname ^targetPathname" }
sync { bash, source = "@/src", target = "@/bash" }
`,
    )
    expect(read('copy/a')).toBe('src/a')
    expect(read('bash/a')).toBe(undefined)
    expect(config).toContain(`exclude: ['*.bak']`)
    const lines = [
      'line 3: for _ , server in ipairs',
      'sync in line 7: a function is code',
      'sync in line 12',
      'maxProcesses: one run',
    ]
    for (const line of lines) expect(told).toContain(line)
    expect(config).toContain('// - line 3: for _ , server')
  })
})

it('writes over nothing', () => {
  write('clsync.conf', '[a]\nwatch-dir = /x\n')
  write('clsync.config.ts', 'mine')
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=clsync-source', 'start.mjs', 'import', 'clsync.conf'], {
    cwd,
  })
  expect([status, read('clsync.config.ts')]).toEqual([2, 'mine'])
  expect(stderr.toString()).toContain('--to')
})
