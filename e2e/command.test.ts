import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IS_ROOT, Stage } from './stage/stage.ts'
import { bytes, treeState } from './stage/tree-state.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

const AWKWARD = [
  'new\nline',
  '-rf',
  '*?[a]',
  'dou"ble',
  "it's",
  '$(x)`y`',
  'back\\slash',
  ' ',
  '\xff\xfe',
  '\xc3',
  'x'.repeat(255),
  '...',
]

it('--once copies names of any kind exactly', async () => {
  for (const name of AWKWARD) {
    const directory = `${stage.source}/d${name}`.slice(0, stage.source.length + 256)
    fs.mkdirSync(bytes(directory))
    fs.writeFileSync(bytes(`${directory}/${name}`), name)
    fs.symlinkSync(bytes(name), bytes(`${directory}/link`))
  }
  if (IS_ROOT) fs.lchownSync(bytes(`${stage.source}/d-rf/link`), 1000, 1000)
  expect(await stage.start(['--once']).end()).toEqual({ code: 0, signal: null })
  await stage.exact()
  expect(treeState(stage.target).size).toBe(3 * AWKWARD.length)
})

it('--once says with its exit code that a path could not be synced', async () => {
  stage.write('source/file')
  stage.write('source/taken')
  stage.write('target/taken/by somebody else')
  const daemon = stage.start(['--once'])
  expect(await daemon.end()).toEqual({ code: 1, signal: null })
  expect(daemon.lines.some(({ event }) => event === 'problems')).toBe(true)
  expect(fs.readFileSync(stage.at('target/file'), 'utf8')).toBe('source/file')
  expect(fs.existsSync(stage.at('target/taken/by somebody else'))).toBe(true)
})

it('--dry-run touches neither the target nor the state', async () => {
  stage.fill('source/directory', 5)
  stage.write('target/other')
  const before = treeState(stage.target)
  const daemon = stage.start(['--dry-run'])
  expect(await daemon.end()).toEqual({ code: 0, signal: null })
  expect(daemon.output).toContain('directory/f3')
  expect(treeState(stage.target)).toEqual(before)
  expect(fs.existsSync(stage.state)).toBe(false)
})

it('--dry-run tells what is new since the last run, and leaves the state as it was', async () => {
  stage.fill('source/directory', 5)
  await stage.old()
  expect((await stage.start(['--once']).end()).code).toBe(0)
  stage.write('source/later')
  const dry = stage.start(['--dry-run'])
  expect((await dry.end()).code).toBe(0)
  expect(dry.output).toContain('later')
  expect(dry.output).not.toContain('directory/f3')
  expect(fs.existsSync(stage.at('target/later'))).toBe(false)
  expect((await stage.start(['--once']).end()).code).toBe(0)
  await stage.exact()
})

it('--until-idle ends when all is sent, also what comes meanwhile', async () => {
  stage.fill('source/directory', 200)
  const daemon = stage.start(['--until-idle'])
  expect(await daemon.end()).toEqual({ code: 0, signal: null })
  await stage.exact()
})

it('says once that it is ready, with what it found', async () => {
  stage.fill('source/directory', 5)
  const daemon = stage.start()
  expect(await daemon.ready()).toMatchObject({ task: 'source', files: 5, directories: 2 })
  stage.write('source/later')
  await stage.exact()
  await daemon.stop()
  expect(daemon.lines.filter(({ event }) => event === 'ready')).toHaveLength(1)
  for (const line of daemon.lines) expect(line.level).toMatch(/^(debug|info|warn|error)$/)
})

it('runs several tasks with several targets from a config', async () => {
  stage.fill('photos', 5)
  stage.fill('notes', 5)
  const tasks = {
    photos: { source: './photos', targets: { one: './one', two: './two' } },
    notes: { source: './notes', targets: { one: './three', two: './four' } },
  }
  stage.write('clsync.config.json', JSON.stringify({ tasks, stateDir: './state', schedule: { delay: 0 } }))
  const daemon = stage.run([])
  await until('both to be ready', () => daemon.lines.filter(({ event }) => event === 'ready').length === 2)
  stage.write('photos/later')
  stage.write('notes/f0', 'changed')
  for (const target of ['one', 'two']) await stage.exact(stage.at(target), stage.at('photos'))
  for (const target of ['three', 'four']) await stage.exact(stage.at(target), stage.at('notes'))
  expect(await daemon.stop()).toEqual({ code: 0, signal: null })
})

describe('a target that held something before', () => {
  beforeEach(() => {
    stage.fill('source/directory', 3)
    stage.write('target/directory/f0', 'older')
    stage.write('target/of somebody else')
    stage.write('target/directory/extra')
  })

  it('keeps what the source lacks, with one warning', async () => {
    const daemon = stage.start()
    await daemon.ready()
    expect(fs.readFileSync(stage.at('target/directory/f0'), 'utf8')).toBe('source/directory 0')
    expect(fs.existsSync(stage.at('target/of somebody else'))).toBe(true)
    expect(fs.existsSync(stage.at('target/directory/extra'))).toBe(true)
    const warnings = daemon.lines.filter(({ level }) => level === 'warn')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toContain('2 entries')
  })

  it('loses it when that is asked for', async () => {
    await stage.start(['--extraneous', 'delete']).ready()
    await stage.exact()
  })
})

describe('refuses', () => {
  it.each([
    ['a target in the source', 'source', 'source/target'],
    ['a source in the target', 'source/inner', 'source'],
    ['the source as the target', 'source', 'source'],
  ])('%s', async (_, source, target) => {
    stage.make('source/inner')
    stage.make('source/target')
    const daemon = stage.run([stage.at(source), stage.at(target), '--state-dir', stage.state])
    expect(await daemon.end()).toEqual({ code: 2, signal: null })
    expect(daemon.output).toContain('TARGET_OVERLAPS_SOURCE')
  })

  it('the source as the target by way of a link', async () => {
    stage.make('source/inner')
    fs.symlinkSync(stage.at('source/inner'), stage.at('link'))
    const daemon = stage.run([stage.source, stage.at('link'), '--state-dir', stage.state])
    expect((await daemon.end()).code).toBe(2)
  })
})
