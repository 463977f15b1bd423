import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DaemonOptions } from './stage/daemon.ts'
import { rsyncIsMissing, type Rsyncd, startRsyncd } from './stage/servers/rsyncd.ts'
import { type Sshd, sshdIsMissing, startSshd } from './stage/servers/sshd.ts'
import { IS_ROOT, Stage } from './stage/stage.ts'
import { differences } from './stage/tree-state.ts'
import { until } from './stage/until.ts'

let stage: Stage
let sshd: Sshd | undefined
let rsyncd: Rsyncd | undefined

beforeAll(async () => {
  if (sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
  if (rsyncIsMissing === undefined) rsyncd = await startRsyncd({ directory: '/' })
})
afterAll(async () => {
  await sshd?.dispose()
  await rsyncd?.dispose()
})
beforeEach(() => (stage = new Stage()))
afterEach(() => stage.dispose())

const overSsh = () => [`target:${stage.target}`, '-o', `ssh.configFile=${sshd?.configFile}`]
const toDaemon = () => [`${rsyncd?.url}${stage.target}`]

function start(to: readonly string[], more: readonly string[] = [], options: DaemonOptions = {}) {
  return stage.run([stage.source, ...to, '--handler', 'rsync', '--state-dir', stage.state, '--delay', '0', ...more], options)
}

/** The copy without the file that a target behind a daemon is known by. */
async function exact(): Promise<void> {
  const isExact = (): boolean => {
    try {
      return differences(stage.source, stage.target).every((line) => line.includes('.clsync-target'))
    } catch {
      return false // the target moved meanwhile
    }
  }
  await until('an exact copy', isExact)
}

describe.skipIf(rsyncIsMissing !== undefined || !IS_ROOT).each([
  ['a local directory', undefined, () => [stage.target]],
  ['ssh', sshdIsMissing, overSsh],
  ['a daemon', undefined, toDaemon],
])('through rsync to %s', (_name, missing, to) => {
  it.skipIf(missing !== undefined)('changes are carried as they come, and a restart sends what is left', async () => {
    stage.fill('source/directory', 30)
    const daemon = start(to())
    await daemon.ready()
    await exact()
    stage.write('source/directory/f3', 'changed')
    fs.renameSync(stage.at('source/directory'), stage.at('source/renamed'))
    fs.symlinkSync('renamed/f1', stage.at('source/link'))
    await exact()
    daemon.kill('SIGKILL')
    await daemon.end()
    fs.rmSync(stage.at('source/renamed/f4'))
    stage.write('source/renamed/new/file')
    const again = start(to())
    await again.ready()
    await exact()
    expect((await again.stop()).code).toBe(0)
  })

  it.skipIf(missing !== undefined)('a dry run prints the command', async () => {
    stage.write('source/file')
    const daemon = start(to(), ['--dry-run'])
    expect((await daemon.end())?.code).toBe(0)
    expect(daemon.output).toMatch(/would run rsync --from0 --files-from=-/u)
    expect(fs.readdirSync(stage.target)).toEqual([])
  })
})

describe.skipIf(rsyncIsMissing !== undefined || !IS_ROOT)('through rsync', () => {
  it('one of a thousand files that cannot be read holds up no other, and is shown and tried again', async () => {
    stage.write('source/first')
    stage.write('source/directory/f500')
    fs.chmodSync(stage.at('source/directory/f500'), 0)
    // Root, without the right to read everything.
    const without = '-dac_override,-dac_read_search'
    const daemon = start([stage.target], [], { prefix: ['setpriv', `--bounding-set=${without}`, `--inh-caps=${without}`] })
    await until('the first', () => fs.existsSync(stage.at('target/first')))
    stage.fill('source/directory', 1000)
    const arrived = () => (fs.existsSync(stage.at('target/directory')) ? fs.readdirSync(stage.at('target/directory')).length : 0)
    await until('all the others', () => arrived() === 999)
    await until('the reason', () => /f500.*[Pp]ermission denied/u.test(daemon.output), { also: () => daemon.output })
    fs.chmodSync(stage.at('source/directory/f500'), 0o644)
    await exact()
  })

  it('a target that is full for a while catches up by itself', async () => {
    stage.mount(stage.target, '2m')
    stage.fill('source/directory', 30)
    const daemon = start([stage.target])
    await daemon.ready()
    stage.write('source/big', Buffer.alloc(3 * 1024 * 1024, 'x'))
    stage.write('source/small', 'small')
    await until('a failure', () => daemon.output.includes('No space left'), { also: () => daemon.output })
    execFileSync('mount', ['-o', 'remount,size=16m', stage.target])
    await exact()
  })

  it('a large file on its way holds up no other', async () => {
    const daemon = start([stage.target], ['-o', 'bwlimit=300'])
    await daemon.ready()
    stage.write('source/large', Buffer.alloc(20 * 1024 * 1024, 'x'))
    await until('a part of it', () => fs.readdirSync(stage.target).some((name) => name.startsWith('.large.')))
    stage.write('source/small', 'small')
    await until('the small one', () => fs.existsSync(stage.at('target/small')))
    expect(fs.existsSync(stage.at('target/large'))).toBe(false)
    daemon.kill('SIGKILL')
  })

  it.skipIf(sshdIsMissing !== undefined)('a server that is away for a while is caught up with', async () => {
    stage.fill('source/directory', 30)
    const daemon = start(overSsh())
    await daemon.ready()
    await sshd?.stop()
    stage.write('source/directory/f3', 'changed')
    fs.rmSync(stage.at('source/directory/f4'))
    await until('a failure', () => daemon.output.includes('No connection'), { also: () => daemon.output })
    await sshd?.start()
    await exact()
  })
})
