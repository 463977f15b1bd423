import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon } from './stage/daemon.ts'
import { IS_ROOT, Stage } from './stage/stage.ts'
import { treeState } from './stage/tree-state.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

const MEBIBYTE = 1024 * 1024

describe.skipIf(!IS_ROOT)('a target that', () => {
  it('is read-only for a while catches up by itself', async () => {
    stage.mount(stage.target)
    const daemon = await running()
    execFileSync('mount', ['-o', 'remount,ro', stage.target])
    stage.write('source/file', 'changed')
    stage.fill('source/new', 5)
    fs.rmSync(stage.at('source/directory/f3'))
    await failing(daemon)
    execFileSync('mount', ['-o', 'remount,rw', stage.target])
    await stage.exact()
  })

  it('is full for a while catches up by itself', async () => {
    stage.mount(stage.target, '2m')
    const daemon = await running()
    stage.write('source/big', Buffer.alloc(3 * MEBIBYTE, 'x'))
    stage.write('source/small', 'small')
    await failing(daemon)
    execFileSync('mount', ['-o', 'remount,size=16m', stage.target])
    await stage.exact()
  })

  it('is unmounted for a while gets nothing in its place and catches up by itself', async () => {
    const disk = stage.disk('8m')
    stage.mountDisk(disk, stage.target)
    fs.rmdirSync(stage.at('target/lost+found'))
    const daemon = await running()
    stage.unmount(stage.target)
    stage.write('source/file', 'changed')
    await failing(daemon)
    expect(fs.readdirSync(stage.target)).toEqual([])
    stage.mountDisk(disk, stage.target)
    await stage.exact()
  })

  it('is not mounted at the start gets nothing in its place', async () => {
    const disk = stage.disk('8m')
    stage.mountDisk(disk, stage.target)
    fs.rmdirSync(stage.at('target/lost+found'))
    await (await running()).stop()
    stage.unmount(stage.target)
    stage.write('source/file', 'changed')
    const daemon = stage.start()
    expect(await daemon.end()).toEqual({ code: 3, signal: null })
    expect(daemon.lines.some(({ event }) => event === 'halted')).toBe(true)
    expect(fs.readdirSync(stage.target)).toEqual([])
    stage.mountDisk(disk, stage.target)
    stage.start()
    await stage.exact()
  })
})

describe.skipIf(!IS_ROOT)('a state directory', () => {
  it('whose disk is full for a while costs nothing', async () => {
    stage.make('state')
    stage.mount(stage.state, '4m')
    const daemon = await running()
    stage.write('state/filler', Buffer.alloc(100))
    fillUp(stage.at('state/filler'))
    for (let directory = 0; directory < 10; directory++) stage.fill(`source/more${directory}`, 200)
    fs.rmSync(stage.at('source/directory/f3'))
    await daemon.line('a warning', ({ level }) => level === 'warn' || level === 'error')
    expect(daemon.ended).toBeUndefined()
    fs.rmSync(stage.at('state/filler'))
    await stage.exact()
    expect(await daemon.stop()).toEqual({ code: 0, signal: null })
  })
})

describe.skipIf(!IS_ROOT)('for a user who may not read everything', () => {
  it('a directory that cannot be read for a while is not deleted at the target', async () => {
    stage.fill('source/private', 5)
    stage.write('source/file')
    for (const name of ['', 'source', 'source/private', 'target']) fs.chownSync(stage.at(name), USER, USER)
    for (const name of fs.readdirSync(stage.at('source/private'))) fs.chownSync(stage.at('source/private', name), USER, USER)
    fs.chownSync(stage.at('source/file'), USER, USER)
    const drop = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--inh-caps=-all']
    const daemon = stage.start([], { prefix: drop, env: { HOME: stage.folder } })
    await daemon.ready()
    await stage.exact()
    fs.chmodSync(stage.at('source/private'), 0)
    stage.write('source/later')
    fs.chownSync(stage.at('source/later'), USER, USER)
    await until('what can be read', () => fs.existsSync(stage.at('target/later')))
    expect(fs.readdirSync(stage.at('target/private'))).toHaveLength(5)
    stage.write('source/private/while closed')
    fs.chownSync(stage.at('source/private/while closed'), USER, USER)
    fs.chmodSync(stage.at('source/private'), 0o755)
    await stage.exact()
    expect(treeState(stage.target).has('private/while closed')).toBe(true)
  })
})

const USER = 1000

async function running(): Promise<Daemon> {
  stage.fill('source/directory', 20)
  stage.write('source/file')
  const daemon = stage.start()
  await daemon.ready()
  await stage.exact()
  return daemon
}

/** It has met the trouble and says so. */
async function failing(daemon: Daemon): Promise<void> {
  await until(
    'a failure to be told',
    () => daemon.ended !== undefined || daemon.lines.some(({ level }) => level === 'warn' || level === 'error'),
    {
      also: () => daemon.output,
    },
  )
}

/** Takes all the space that is left. */
function fillUp(file: string): void {
  const fd = fs.openSync(file, 'a')
  try {
    for (let size = MEBIBYTE; size >= 1;) {
      try {
        fs.writeSync(fd, Buffer.alloc(size))
      } catch {
        size = Math.floor(size / 4)
      }
    }
  } finally {
    fs.closeSync(fd)
  }
}
