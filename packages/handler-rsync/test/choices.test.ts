import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rsyncIsMissing } from '../../../e2e/stage/servers/rsyncd.ts'
import rsync from '../src/index.ts'
import { change, directory, look, read, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

const exists = (path: string) => fs.existsSync(stage.destination.at(path))

describe.skipIf(rsyncIsMissing !== undefined)('options', () => {
  it.each([
    ['always', true, true],
    ['never', false, false],
    ['startup', true, false],
    ['running', false, true],
  ])('delete: %s', async (when, atStart, later) => {
    stage.destination.write('a', '')
    stage.destination.write('b', '')
    await stage.open({ delete: when })
    await stage.send([change('delete', 'a')], { reason: 'initial' })
    await stage.send([change('delete', 'b')])
    expect([!exists('a'), !exists('b')]).toEqual([atStart, later])
  })

  it('delete: never renames nothing', async () => {
    expect((await stage.open({ delete: 'never' })).moves).toBe(false)
    expect((await stage.open()).moves).toBe(true)
  })

  it('parallel is 1 where nobody could set the time of a directory that two write into', () => {
    const parallel = (options: object) =>
      rsync.capabilitiesFor!(rsync.options.parse({ destination: '/dst', ...options })).parallel
    expect([parallel({}), parallel({ destination: 'host:dst' }), parallel({ parallel: 4 })]).toEqual([2, 2, 4])
    expect([parallel({ shell: false }), parallel({ destination: 'rsync://host/module', parallel: 4 })]).toEqual([1, 1])
  })

  it('protectedPaths are not changed, with all below', async () => {
    stage.source.write('keep/f', 'new')
    stage.source.write('keeper', 'new')
    stage.destination.write('keep/f', 'old')
    await stage.open({ protectedPaths: ['/keep/'] })
    await stage.send([change('update', 'keep/f'), change('create', 'keeper')])
    await stage.send([change('delete', 'keep/f')])
    expect(read(stage.destination, 'keep/f')).toBe('old')
    expect(read(stage.destination, 'keeper')).toBe('new')
  })

  it('backupDir keeps what is overwritten and deleted', async () => {
    const old = `${stage.state.root}/old`
    stage.source.write('a', 'new')
    stage.destination.write('a', 'old a')
    stage.destination.write('d/b', 'old b')
    await stage.open({ backupDir: old })
    await stage.send([change('delete', 'd/b'), change('update', 'a')])
    expect(read(stage.destination, 'a')).toBe('new')
    expect(exists('d/b')).toBe(false)
    expect(fs.readFileSync(`${old}/a`, 'utf8')).toBe('old a')
    expect(fs.readFileSync(`${old}/d/b`, 'utf8')).toBe('old b')
  })

  it('chmod holds for small batches, too', async () => {
    stage.source.write('f', 'text')
    await stage.open({ chmod: 'F600' })
    await stage.send([change('create', 'f')])
    expect(look(stage.destination, 'f').mode & 0o777n).toBe(0o600n)
  })

  it('hardLinks makes names of one file in a batch names of one file', async () => {
    stage.source.write('a', 'text')
    fs.linkSync(stage.source.at('a'), stage.source.at('b'))
    await stage.open({ hardLinks: true })
    await stage.send([change('create', 'a'), change('create', 'b')])
    expect(look(stage.destination, 'a').ino).toBe(look(stage.destination, 'b').ino)
  })

  it('a dry run shows the commands and makes no process record', async () => {
    stage.source.write('f', 'text')
    await stage.open({}, { dryRun: true })
    await stage.send([change('create', 'd', directory), change('create', 'f'), change('delete', 'g')])
    expect(stage.told.join('\n')).toMatch(/would run rsync .*--files-from=- .*--ignore-times/u)
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
    expect(fs.readdirSync(stage.state.root)).toEqual([])
  })

  it('a dry run takes a target that is not there for an empty one', async () => {
    const session = await stage.open({ destination: `${stage.destination.root}/not/there` }, { dryRun: true })
    const found: unknown[] = []
    for await (const entry of session.inventory!(new AbortController().signal)) found.push(entry)
    expect(found).toEqual([])
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('the quick check of rsync', () => {
  const many = Array.from({ length: 20 }, (_, at) => `f${at}`)
  const all = (previousKind: 'none' | 'file') => many.map((name) => change('create', name, { previousKind }))

  /** The same size and time at both sides, and other bytes. */
  function disguise(): void {
    for (const name of many) {
      stage.source.write(name, 'new')
      stage.destination.write(name, 'old')
      for (const tree of [stage.source, stage.destination]) fs.utimesSync(tree.at(name), 1_600_000_000, 1_600_000_000)
    }
  }

  it('is believed at first contact', async () => {
    disguise()
    await stage.send(all('none'), { reason: 'initial' })
    expect(read(stage.destination, 'f3')).toBe('old')
  })

  it.each([
    ['a change', 'change', 'none', {}],
    ['what was sent before', 'initial', 'file', {}],
    ['a target that is known', 'initial', 'none', { isKnown: true }],
    ['a resync', 'resync', 'file', {}],
  ] as const)('is not believed for %s', async (_what, reason, previousKind, context) => {
    disguise()
    await stage.open({}, context)
    await stage.send(all(previousKind), { reason })
    expect(read(stage.destination, 'f3')).toBe('new')
  })

  it('sees a difference of a nanosecond', async () => {
    disguise()
    for (const name of many) fs.utimesSync(stage.source.at(name), 1_600_000_000, 1_600_000_000.25)
    await stage.send(all('none'), { reason: 'initial' })
    expect(read(stage.destination, 'f3')).toBe('new')
    expect(look(stage.destination, 'f3').mtimeNs).toBe(look(stage.source, 'f3').mtimeNs)
  })

  it('does not write again what came from the target', async () => {
    const long = 'x'.repeat(300_000)
    for (const tree of [stage.source, stage.destination]) {
      tree.write('big', long)
      fs.utimesSync(tree.at('big'), 1_600_000_000, 1_600_000_000)
    }
    const before = look(stage.destination, 'big').ino
    await stage.send([change('update', 'big')])
    expect(look(stage.destination, 'big').ino).toBe(before)
  })
})

it.skipIf(rsyncIsMissing !== undefined)('leaves the root of the target as it is', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `f${at}`)
  for (const name of [...names, '#comment', ';comment']) stage.source.write(name, name)
  fs.chmodSync(stage.source.root, 0o750)
  fs.chmodSync(stage.destination.root, 0o711)
  const all = [...names, '#comment', ';comment']
  expect((await stage.send(all.map((name) => change('create', name)))).failed).toEqual([])
  expect(fs.statSync(stage.destination.root).mode & 0o777).toBe(0o711)
  expect(fs.readdirSync(stage.destination.root)).toHaveLength(22)
})

it.skipIf(rsyncIsMissing !== undefined)('lists what the target holds, whatever it is called', async () => {
  const names = ['plain', 'new\nline', 'a -> b', ' blank', 'caf\u00e9', '\udcff']
  for (const name of names) stage.destination.write(`d/${name}`, '')
  stage.destination.link('d/link -> x', 'nowhere')
  const session = await stage.open()
  const found = new Map<string, string>()
  for await (const { path, kind } of session.inventory!(new AbortController().signal)) found.set(path, kind)
  const files = names.map((name) => [`d/${name}`, 'file'] as const)
  expect(found).toEqual(new Map([['d', 'directory'], ['d/link -> x', 'symlink'], ...files]))
})
