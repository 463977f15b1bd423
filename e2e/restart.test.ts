import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon } from './stage/daemon.ts'
import { Stage } from './stage/stage.ts'
import { treeState } from './stage/tree-state.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

describe('after kill -9', () => {
  it('hands over what changed while it was down, and nothing else', async () => {
    for (const directory of ['a', 'b', 'c/d', 'e']) stage.fill(`source/${directory}`, 500)
    await killed(await recorderReady())
    for (let index = 0; index < 10; index++) stage.write(`source/c/d/f${index}`, `changed ${index}`)
    await recorderReady()
    expect(stage.told()).toEqual(Array.from({ length: 10 }, (_, index) => `update c/d/f${index}`).toSorted())
  })

  it('hands over nothing when nothing changed', async () => {
    stage.fill('source/a', 500)
    await killed(await recorderReady())
    await recorderReady()
    expect(stage.told()).toEqual([])
  })

  it('knows a rename, a deletion and a new directory that it did not see', async () => {
    stage.fill('source/a', 20)
    stage.fill('source/gone', 2)
    await killed(await recorderReady())
    fs.renameSync(stage.at('source/a'), stage.at('source/b'))
    fs.rmSync(stage.at('source/gone'), { recursive: true })
    stage.write('source/new/file')
    await recorderReady()
    const wanted = ['create new', 'create new/file', 'delete gone', 'delete gone/f0', 'delete gone/f1', 'move a b']
    expect(stage.told().filter((line) => line !== 'update b')).toEqual(wanted)
  })

  it('is not kept from starting by the lock of the dead', async () => {
    stage.write('source/file')
    const daemon = stage.start()
    await daemon.ready()
    await killed(daemon)
    await stage.start().ready()
    await stage.exact()
  })

  it('comes to an exact copy when it was killed in the middle of the first', async () => {
    for (let directory = 0; directory < 20; directory++) stage.fill(`source/d${directory}`, 100)
    const daemon = stage.start()
    await until('some files', () => fs.readdirSync(stage.target, { recursive: true }).length > 50 || daemon.ended !== undefined, {
      intervalMs: 1,
    })
    await killed(daemon)
    await stage.start().ready()
    await stage.exact()
  })
})

it('hands over nothing after a stop in order when nothing changed', async () => {
  stage.fill('source/a', 500)
  expect(await (await recorderReady()).stop()).toEqual({ code: 0, signal: null })
  stage.forgetRecorded()
  await recorderReady()
  expect(stage.told()).toEqual([])
})

it('refuses a second one on the same state, naming the first', async () => {
  const daemon = stage.start()
  await daemon.ready()
  const second = stage.start()
  expect(await second.end()).toEqual({ code: 4, signal: null })
  expect(second.output).toContain(String(daemon.pid))
  stage.write('source/later')
  await stage.exact()
})

describe.each([
  ['cut short', (file: string) => fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2))],
  ['empty', (file: string) => fs.truncateSync(file, 0)],
  ['overwritten with garbage', (file: string) => fs.writeFileSync(file, Buffer.alloc(50_000, 'garbage'))],
])('a state that is %s', (_, damage) => {
  it('is set aside, and nothing at the target is lost', async () => {
    stage.fill('source/a', 300)
    stage.write('target/of somebody else')
    const daemon = stage.start()
    await daemon.ready()
    await daemon.stop()
    damageState(damage)
    stage.write('source/a/f5', 'changed meanwhile')
    const before = treeState(stage.target)
    await stage.start().ready()
    await expect.poll(() => fs.readFileSync(stage.at('target/a/f5'), 'utf8')).toBe('changed meanwhile')
    expect([...treeState(stage.target).keys()].toSorted()).toEqual([...before.keys()].toSorted())
    fs.rmSync(stage.at('source/a/f6'))
    await expect.poll(() => fs.existsSync(stage.at('target/a/f6'))).toBe(false)
  })
})

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s sends what waits, then ends', async (signal) => {
    const daemon = stage.start(['--delay', '2s'])
    await daemon.ready()
    stage.fill('source/waiting', 50)
    daemon.kill(signal)
    expect(await daemon.end()).toEqual({ code: 0, signal: null })
    await stage.exact()
  })

  it('gives up what is in flight at the second, and sends it at the next start', async () => {
    stage.write('source/file')
    stage.write('gate', '')
    const daemon = startGated()
    await until('a batch', () => stage.batches().length > 0)
    daemon.kill('SIGTERM')
    await daemon.line('the first signal', ({ message }) => message.includes('sending what is waiting'))
    expect(daemon.ended).toBeUndefined()
    daemon.kill('SIGTERM')
    expect(await daemon.end()).toEqual({ code: 143, signal: null })
    fs.rmSync(stage.at('gate'))
    stage.forgetRecorded()
    await startGated().ready()
    expect(stage.batches().flatMap(({ changes }) => changes.map((change) => change.path))).toEqual(['file'])
  })
})

it('does what changed rules say at the next start', async () => {
  for (const name of ['source/a.log', 'source/b.tmp', 'source/c.txt', 'source/logs/d.log']) stage.write(name)
  await (await recorderReady(['--exclude', '*.log'])).stop()
  expect(stage.told()).toEqual(['create b.tmp', 'create c.txt', 'create logs'])
  stage.forgetRecorded()
  await (await recorderReady(['--exclude', '*.tmp'])).stop()
  expect(stage.told()).toEqual(['create a.log', 'create logs/d.log', 'delete b.tmp'])
})

function startGated(): Daemon {
  return stage.startRecorder(['-o', `gate=${stage.at('gate')}`])
}

async function recorderReady(args: readonly string[] = []): Promise<Daemon> {
  if (!fs.existsSync(stage.state)) await stage.old()
  const daemon = stage.startRecorder(args)
  await daemon.ready()
  return daemon
}

/** Kills it; what it had recorded until then is forgotten. */
async function killed(daemon: Daemon): Promise<void> {
  daemon.kill('SIGKILL')
  await daemon.end()
  stage.forgetRecorded()
}

function damageState(damage: (file: string) => void): void {
  const files = fs.readdirSync(stage.state, { recursive: true, encoding: 'utf8' })
  const database = files.find((name) => /\.(db|sqlite)$/.test(name))
  if (database === undefined) throw new Error(`no database among ${files.join(' ')}`)
  for (const name of files) if (/-(wal|shm)$/.test(name)) fs.rmSync(stage.at('state', name), { force: true })
  damage(stage.at('state', database))
}
