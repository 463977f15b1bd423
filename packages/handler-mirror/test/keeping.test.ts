import fs from 'node:fs'
import { tempTree } from '@clsync/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { change, directory, failures, look, mirrorStage, type MirrorStage, read, symlink } from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

describe('what clsync did not put there', () => {
  test('stays when its directory is deleted, with one warning', async () => {
    stage.destination.write('d/foreign', 'keep')
    expect(failures(await stage.send([change('delete', 'd', { kind: 'directory' })]))).toEqual({})
    expect(read(stage.destination, 'd/foreign')).toBe('keep')
    expect(stage.warnings).toHaveLength(1)
  })

  test('stays when a file or a move is to take the place of its directory', async () => {
    stage.destination.write('d/foreign', 'keep')
    stage.destination.write('e', 'moved')
    stage.source.write('d', 'now a file')
    const result = await stage.send([change('move', 'd', { from: 'e' }), change('update', 'd', { previousKind: 'directory' })])
    expect(result.failed?.map(({ path }) => path)).toEqual(['d', 'd'])
    expect(failures(result).d).toMatch(/did not put there/)
    expect(read(stage.destination, 'd/foreign')).toBe('keep')
  })

  test('a link in the way is not followed by a create, an update, a delete or a move', async () => {
    const outside = tempTree({ f: 'outside', g: 'outside' })
    try {
      for (const name of ['f', 'new', 'to']) stage.source.write(`d/${name}`, 'inside')
      stage.destination.write('mine', 'moved')
      stage.destination.link('d', outside.root)
      const result = await stage.send([
        change('move', 'd/to', { from: 'mine' }),
        change('move', 'out', { from: 'd/g' }),
        change('delete', 'd/g'),
        change('update', 'd/f'),
        change('create', 'd/new'),
      ])
      expect(result.failed?.map(({ path }) => path)).toEqual(['d/to', 'out', 'd/f', 'd/new'])
      expect(failures(result)['d/f']).toMatch(/symbolic link is never followed/)
      expect(fs.readdirSync(outside.root).toSorted()).toEqual(['f', 'g'])
      expect([read(outside, 'f'), read(outside, 'g')]).toEqual(['outside', 'outside'])
    } finally {
      outside.dispose()
    }
  })

  test('a link in the place of a file is replaced, not written through', async () => {
    const outside = tempTree({ f: 'outside' })
    try {
      stage.source.write('f', 'inside')
      stage.source.makeDirectory('d')
      stage.destination.link('f', `${outside.root}/f`)
      stage.destination.link('d', outside.root)
      await stage.send([change('create', 'd', directory), change('update', 'f')])
      expect(look(stage.destination, 'f').isFile()).toBe(true)
      expect(look(stage.destination, 'd').isDirectory()).toBe(true)
      expect(read(outside, 'f')).toBe('outside')
    } finally {
      outside.dispose()
    }
  })
})

test('a directory that somebody removed at the target is made again', async () => {
  stage.source.write('d/e/f', 'text')
  fs.chmodSync(stage.source.at('d'), 0o750)
  expect(failures(await stage.send([change('update', 'd/e/f')]))).toEqual({})
  expect(read(stage.destination, 'd/e/f')).toBe('text')
  expect(look(stage.destination, 'd').mode).toBe(look(stage.source, 'd').mode)
  expect(stage.warnings).toHaveLength(2)
})

test('the inventory lists everything by exact name but the trash, also a temporary file that nobody remembers', async () => {
  stage.destination.write('a/byte\udcff', 'x')
  stage.destination.write('a/.clsync-0123456789abcd.tmp', 'x')
  stage.destination.link('l', 'a')
  const session = await stage.open({ trash: `${stage.destination.root}/.trash` })
  stage.destination.write('.trash/old', 'x')
  const found: { readonly path: string }[] = []
  for await (const entry of session.inventory?.(new AbortController().signal) ?? []) found.push(entry)
  expect(found.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'a', kind: 'directory' },
    { path: 'a/.clsync-0123456789abcd.tmp', kind: 'file' },
    { path: 'a/byte\udcff', kind: 'file' },
    { path: 'l', kind: 'symlink' },
  ])
})

describe('a trash', () => {
  let trash: ReturnType<typeof tempTree>
  beforeEach(async () => {
    trash = tempTree()
    await stage.open({ trash: trash.root })
  })
  afterEach(() => trash.dispose())

  test('keeps what is deleted, overwritten, moved over and replaced, under its path in one folder a batch', async () => {
    for (const [path, text] of Object.entries({ 'd/gone': '1', 'd/f': '2', over: '3', from: '4', kind: '5' }))
      stage.destination.write(path, text)
    stage.destination.link('l', 'text')
    stage.source.write('d/f', 'new')
    stage.source.write('over', '4')
    stage.source.makeDirectory('kind')
    const result = await stage.send([
      change('move', 'over', { from: 'from', content: false }),
      change('delete', 'd/gone'),
      change('delete', 'l', symlink),
      change('update', 'd/f'),
      change('update', 'kind', { ...directory, previousKind: 'file' }),
    ])
    expect(failures(result)).toEqual({})
    const folders = fs.readdirSync(trash.root)
    expect(folders).toHaveLength(1)
    expect(folders[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/)
    const kept = (path: string) => read(trash, `${folders[0]}/${path}`)
    expect([kept('d/gone'), kept('d/f'), kept('over'), kept('kind')]).toEqual(['1', '2', '3', '5'])
    expect(fs.readlinkSync(trash.at(`${folders[0]}/l`))).toBe('text')
    expect(read(stage.destination, 'd/f')).toBe('new')
    await stage.send([change('update', 'd/f')])
    expect(fs.readdirSync(trash.root)).toHaveLength(2)
  })

  test('never leaves a gap while it keeps the old file', async () => {
    stage.destination.write('f', 'old')
    stage.source.write('f', 'new')
    const original = fs.renameSync
    const there: boolean[] = []
    const rename = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      there.push(fs.existsSync(stage.destination.at('f')))
      original(from, to)
    })
    await stage.send([change('update', 'f')])
    rename.mockRestore()
    expect(there).toEqual([true])
    expect(read(stage.destination, 'f')).toBe('new')
  })

  test('takes a directory with foreign entries that is in the way', async () => {
    stage.destination.write('d/foreign', 'keep')
    stage.source.write('d', 'file')
    expect(failures(await stage.send([change('update', 'd', { previousKind: 'directory' })]))).toEqual({})
    expect(read(stage.destination, 'd')).toBe('file')
    expect(read(trash, `${fs.readdirSync(trash.root)[0]}/d/foreign`)).toBe('keep')
  })

  test('keeps both when one path is replaced twice in a batch', async () => {
    stage.destination.write('d', 'file')
    stage.source.write('d', 'one')
    await stage.send([change('update', 'd'), change('update', 'd')])
    const texts = fs.readdirSync(trash.root).map((folder) => read(trash, `${folder}/d`))
    expect(texts).toEqual(['file', 'one'])
  })
})
