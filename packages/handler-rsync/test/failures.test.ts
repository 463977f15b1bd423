import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sourcePath } from '@clsync/core/handler'
import { rsyncIsMissing, startRsyncd, type Rsyncd } from '../../../e2e/stage/servers/rsyncd.ts'
import { sshdIsMissing, startSshd, type Sshd } from '../../../e2e/stage/servers/sshd.ts'
import { change, directory, failures, read, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
let sshd: Sshd | undefined
let rsyncd: Rsyncd | undefined

beforeAll(async () => {
  if (sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
  if (rsyncIsMissing === undefined) rsyncd = await startRsyncd()
})
afterAll(async () => {
  await sshd?.dispose()
  await rsyncd?.dispose()
})
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

const refused = (message: RegExp) => expect.objectContaining({ code: 'HANDLER_REFUSED', message: expect.stringMatching(message) })

describe.skipIf(rsyncIsMissing !== undefined)('rsync', () => {
  it('that is not there halts the target', async () => {
    await expect(stage.open({ rsyncPath: '/nowhere/rsync' })).rejects.toEqual(refused(/\/nowhere\/rsync.*not found/u))
  })

  it('that is too old halts the target', async () => {
    await expect(stage.open({ minimumVersion: '99.0' })).rejects.toEqual(refused(/99\.0 or newer/u))
  })

  it('that is something else halts the target', async () => {
    await expect(stage.open({ rsyncPath: 'true' })).rejects.toEqual(refused(/not an rsync/u))
  })

  it('that does not know an option halts the target, and the command is shown', async () => {
    stage.source.write('f', 'text')
    await stage.open({ extraArguments: ['--no-such-option'] })
    await expect(stage.send([change('create', 'f')])).rejects.toMatchObject({
      code: 'HANDLER_REFUSED',
      fix: expect.stringContaining('--no-such-option'),
    })
  })

  it('that does nothing is ended, with what it has started', async () => {
    const script = `${stage.state.root}/rsync`
    fs.writeFileSync(
      script,
      `#!/bin/sh\ncase $1 in --version) exec rsync --version;; esac\nsleep 1000 & echo $! >${stage.state.root}/pid; wait\n`,
    )
    fs.chmodSync(script, 0o755)
    stage.source.write('f', 'text')
    await stage.open({ rsyncPath: script, shell: false, marker: false, stallSeconds: 0.3 })
    await expect(stage.send([change('create', 'f')])).rejects.toThrow(/done nothing for 0.3 s/u)
    await expect.poll(() => isRunning(Number(read(stage.state, 'pid')))).toBe(false)
  })

  it('that does not end after its last words is ended', async () => {
    const script = `${stage.state.root}/rsync`
    fs.writeFileSync(
      script,
      '#!/bin/sh\ncase $1 in --version) exec rsync --version;; esac\necho "rsync error: error in file IO (code 11)" >&2; sleep 1000\n',
    )
    fs.chmodSync(script, 0o755)
    stage.source.write('f', 'text')
    await stage.open({ rsyncPath: script, shell: false, marker: false })
    await expect(stage.send([change('create', 'f')])).rejects.toThrow(/error in file IO/u)
  })

  it('fails for one of a thousand files alone', async () => {
    const names = Array.from({ length: 1000 }, (_, at) => `f${at}`)
    for (const name of names) stage.source.write(name, name)
    stage.destination.write('f500/of somebody else', '')
    await stage.open()
    const result = await stage.send(names.map((name) => change('create', name)))
    expect(failures(result)).toEqual({ f500: expect.stringMatching(/could not make way|non-empty/u) })
    expect(fs.readdirSync(stage.destination.root)).toHaveLength(1000)
    expect(read(stage.destination, 'f999')).toBe('f999')
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('a daemon', () => {
  it('without the module is tried again', async () => {
    stage.source.write('f', 'text')
    await stage.open({ destination: `rsync://127.0.0.1:${rsyncd!.port}/nowhere` })
    const sent = stage.send([change('create', 'f')])
    await expect(sent).rejects.toThrow(/Unknown module/u)
    await expect(sent).rejects.not.toHaveProperty('code')
  })

  it('that is away is tried again', async () => {
    stage.source.write('f', 'text')
    await stage.open({ destination: rsyncd!.url })
    await stage.send([change('create', 'f')])
    await rsyncd!.stop()
    const sent = stage.send([change('create', 'f')])
    await expect(sent).rejects.toThrow(/rsync has ended/u)
    await expect(sent).rejects.not.toHaveProperty('code')
    await rsyncd!.start()
    await expect(stage.send([change('create', 'f')])).resolves.toEqual({ failed: [], stale: [] })
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('a receiver that does not take --delete-missing-args', () => {
  it('is told what to delete by rules, and nothing else goes', async () => {
    const strict = await startRsyncd({ more: ['refuse options = delete-missing-args'] })
    try {
      const names = ['a*b', 'back\\slash*', 'back\\slash', '[x]', 'new\nline', '#c', 'q?', 'plain', '\udcff']
      const at = (path: string) => sourcePath(strict.directory, path)
      for (const name of names) {
        for (const path of [name, `d/${name}`]) {
          fs.mkdirSync(at('d'), { recursive: true })
          fs.writeFileSync(at(path), '')
        }
      }
      for (const other of ['aXb', 'd/aXb', 'x', 'qq', 'd/back', 'empty-not', 'kept/f']) {
        fs.mkdirSync(at('kept'), { recursive: true })
        fs.writeFileSync(at(other), '')
      }
      fs.mkdirSync(at('gone/sub'), { recursive: true })
      await stage.open({ destination: strict.url, marker: false })
      const files = names.flatMap((name) => [change('delete', name), change('delete', `d/${name}`)])
      const more = [
        change('delete', 'gone/sub', directory),
        change('delete', 'gone', directory),
        change('delete', 'kept', directory),
      ]
      const missing = change('delete', 'never/was/there')
      expect(failures(await stage.send([...files, missing, ...more]))).toEqual({})
      const left = fs.readdirSync(strict.directory, { recursive: true, encoding: 'utf8' })
      expect(left.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        'aXb',
        'd',
        'd/aXb',
        'd/back',
        'empty-not',
        'kept',
        'kept/f',
        'qq',
        'x',
      ])
    } finally {
      await strict.dispose()
    }
  })
})

describe.skipIf(rsyncIsMissing !== undefined || sshdIsMissing !== undefined)('ssh', () => {
  const over = (more: object = {}) => ({
    destination: `target:${stage.destination.root}`,
    ssh: { configFile: sshd!.configFile, ...more },
  })

  it('with a key that is not let in halts the target', async () => {
    const key = `${stage.state.root}/other`
    fs.writeFileSync(key, 'no key')
    fs.chmodSync(key, 0o600)
    const options = { IdentitiesOnly: 'yes', IdentityFile: key }
    const config = `${stage.state.root}/config`
    fs.writeFileSync(config, fs.readFileSync(sshd!.configFile, 'utf8').replace(sshd!.identityFile, key))
    await expect(stage.open(over({ configFile: config, options }))).rejects.toEqual(refused(/Permission denied/u))
  })

  it('with an unknown host key halts the target', async () => {
    const config = `${stage.state.root}/config`
    fs.writeFileSync(config, fs.readFileSync(sshd!.configFile, 'utf8').replace(sshd!.knownHostsFile, '/dev/null'))
    await expect(stage.open(over({ configFile: config }))).rejects.toEqual(refused(/Host key verification failed/u))
  })

  it('without rsync on the other side halts the target', async () => {
    for (let at = 0; at < 20; at++) stage.source.write(`f${at}`, 'text')
    await stage.open({ ...over(), remoteRsyncPath: '/nowhere/rsync' })
    const sent = stage.send(Array.from({ length: 20 }, (_, at) => change('create', `f${at}`)))
    await expect(sent).rejects.toMatchObject({ code: 'HANDLER_REFUSED', fix: expect.stringContaining('remoteRsyncPath') })
  })

  it.each([
    ['is refused: rsync does all', 'exit 1', 'resolves'],
    ['is killed, as by a server that goes away: that is tried again', 'kill -9 $$', 'rejects'],
  ] as const)('with a shell that %s', async (_what, command, ends) => {
    const strict = await startSshd({ more: [`ForceCommand ${command}`] })
    try {
      const opened = stage.open(over({ configFile: strict.configFile }))
      if (ends === 'resolves') await opened
      else await expect(opened).rejects.not.toHaveProperty('code')
      expect(stage.warnings.join().includes('no shell')).toBe(ends === 'resolves')
    } finally {
      await strict.dispose()
    }
  })

  it('that is away is tried again, and connects by itself', async () => {
    stage.source.write('f', 'one')
    await stage.open(over())
    await stage.send([change('create', 'f')])
    await sshd!.stop()
    stage.source.write('f', 'two')
    await expect(stage.send([change('update', 'f')])).rejects.not.toHaveProperty('code')
    await sshd!.start()
    await expect(stage.send([change('update', 'f')])).resolves.toEqual({ failed: [], stale: [] })
    expect(read(stage.destination, 'f')).toBe('two')
  })
})

/** What has ended and was not waited for by its new parent yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /u.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
