import fs from 'node:fs'
import type { Change } from '@clsync/core/handler'
import { tempTree } from '@clsync/core/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  canMount,
  change,
  directory,
  look,
  mirrorStage,
  type MirrorStage,
  mountTmpfs,
  read,
  remount,
  symlink,
  unmount,
} from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

const REFUSED = { code: 'HANDLER_REFUSED' }

test('a missing destination is made, with what is above it', async () => {
  const destination = `${stage.destination.root}/new/one`
  await stage.open({ destination })
  expect(fs.statSync(destination).isDirectory()).toBe(true)
})

test('a destination that is a file is refused, so is one below a file', async () => {
  stage.destination.write('file', 'text')
  const destination = `${stage.destination.root}/file`
  await expect(stage.open({ destination })).rejects.toMatchObject(REFUSED)
  await expect(stage.open({ destination: `${destination}/below` })).rejects.toMatchObject(REFUSED)
})

test('a destination may be a symbolic link to a directory', async () => {
  stage.destination.makeDirectory('real')
  stage.destination.link('link', 'real')
  stage.source.write('f', 'text')
  await stage.open({ destination: `${stage.destination.root}/link` })
  await stage.send([change('create', 'f')])
  expect(read(stage.destination, 'real/f')).toBe('text')
})

test('a destination that was replaced fails the batch, and nothing is written to the new one', async () => {
  stage.source.write('f', 'text')
  const destination = `${stage.destination.root}/d`
  await stage.open({ destination })
  fs.renameSync(destination, `${destination}.away`)
  await expect(stage.send([change('create', 'f')])).rejects.toThrow(/is gone/)
  fs.mkdirSync(destination)
  await expect(stage.send([change('create', 'f')])).rejects.toThrow(/not the directory it was/)
  expect(fs.readdirSync(destination)).toEqual([])
  fs.rmdirSync(destination)
  fs.renameSync(`${destination}.away`, destination)
  await stage.send([change('create', 'f')])
  expect(fs.readdirSync(destination)).toEqual(['f'])
})

describe('a destination that is replaced in the middle of a batch', () => {
  /** With `next`, after a change that leads to a warning, which is the moment: nothing looks in between. */
  async function sendWhileReplaced(next: Change, replace: (destination: string) => void): Promise<string> {
    const destination = `${stage.destination.root}/d`
    const log = { debug: () => undefined, info: () => undefined, warn: () => replace(destination) }
    for (const path of ['d/f', 'f', 'kept/f', 'new/f']) stage.source.write(path, 'text')
    stage.source.link('link', 'nowhere')
    await stage.open({ destination }, { log })
    await stage.send([change('create', 'd', directory), change('create', 'd/f'), change('create', 'kept', directory)])
    stage.destination.write('d/kept/of a stranger', 'text')
    const kept = change('delete', 'kept', { kind: 'directory' })
    await expect(stage.send([kept, next])).rejects.toThrow(/not the directory it was/)
    return destination
  }

  function byEmpty(destination: string): void {
    fs.renameSync(destination, `${destination}.away`)
    fs.mkdirSync(destination)
  }

  test.each([
    ['directory', change('create', 'new', directory)],
    ['file', change('create', 'f')],
    ['file below a directory that it had', change('update', 'd/f')],
    ['link', change('create', 'link', symlink)],
  ])('gets no %s any more', async (_, next) => {
    const destination = await sendWhileReplaced(next, byEmpty)
    expect(fs.readdirSync(destination)).toEqual([])
  })

  test('fails the batch also when everything had its place in the other one', async () => {
    await sendWhileReplaced(change('update', 'd/f'), (destination) => {
      byEmpty(destination)
      fs.mkdirSync(`${destination}/d`)
    })
  })
})

test('nothing is written below a destination that was replaced by one of the same content', async () => {
  stage.source.write('d/f', 'text')
  const destination = `${stage.destination.root}/d`
  await stage.open({ destination })
  await stage.send([change('create', 'd', directory), change('create', 'd/f')])
  fs.cpSync(destination, `${destination}.copy`, { recursive: true })
  fs.renameSync(destination, `${destination}.away`)
  fs.renameSync(`${destination}.copy`, destination)
  stage.source.write('d/f', 'changed')
  await expect(stage.send([change('update', 'd/f')])).rejects.toThrow(/not the directory it was/)
  expect(fs.readFileSync(`${destination}/d/f`, 'utf8')).toBe('text')
})

describe('a destination that is away for a while, from the middle of a copy on,', () => {
  /** The copy is under its temporary name at that moment. */
  async function sendWhileAway(path: string): Promise<string> {
    const destination = `${stage.destination.root}/d`
    for (const each of ['a/f', 'b/f', 'f']) stage.source.write(each, 'text')
    await stage.open({ destination }, { progress: () => fs.renameSync(destination, `${destination}.away`) })
    await stage.send([change('create', 'a', directory), change('create', 'b', directory)])
    await expect(stage.send([change('create', path)])).rejects.toThrow(/is gone/)
    return destination
  }

  test.each(['f', 'a/f'])('holds nothing but what is to be there afterwards: %s', async (path) => {
    const destination = await sendWhileAway(path)
    fs.renameSync(`${destination}.away`, destination)
    fs.mkdirSync(`${destination}.away`) // from now on it stays
    await stage.send([change('create', 'b', directory)])
    expect(fs.readdirSync(destination, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(['a', 'b'])
  })

  test('gets nothing removed behind a link that has taken the place of a directory meanwhile', async () => {
    const destination = await sendWhileAway('a/f')
    const elsewhere = `${stage.destination.root}/elsewhere`
    fs.mkdirSync(elsewhere)
    fs.writeFileSync(`${elsewhere}/.clsync-00000000000000.tmp`, 'of another one')
    fs.renameSync(`${destination}.away`, destination)
    fs.rmSync(`${destination}/a`, { recursive: true })
    fs.symlinkSync(elsewhere, `${destination}/a`)
    await stage.open({ destination })
    expect(fs.readdirSync(elsewhere)).toEqual(['.clsync-00000000000000.tmp'])
  })

  test('does so too when it comes back after a restart', async () => {
    const destination = await sendWhileAway('a/f')
    await expect(stage.open({ destination })).rejects.toMatchObject(REFUSED)
    fs.renameSync(`${destination}.away`, destination)
    await stage.open({ destination })
    expect(fs.readdirSync(destination, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(['a', 'b'])
  })
})

test('after a restart another directory in its place is refused, the same one is taken', async () => {
  const destination = `${stage.destination.root}/d`
  await stage.open({ destination })
  await stage.open({ destination })
  fs.renameSync(destination, `${destination}.away`)
  await expect(stage.open({ destination })).rejects.toMatchObject(REFUSED)
  fs.mkdirSync(destination)
  await expect(stage.open({ destination })).rejects.toMatchObject(REFUSED)
  await stage.open({ destination: `${destination}.other` })
})

test('another directory in its place is taken when the user accepts it, and is told to be new', async () => {
  const destination = `${stage.destination.root}/d`
  await stage.open({ destination })
  fs.renameSync(destination, `${destination}.away`)
  const session = await stage.open({ destination }, { accept: true })
  expect(session.isNew).toBe(true)
  expect(fs.readdirSync(destination)).toEqual([])
  expect((await stage.open({ destination }, { accept: true })).isNew).toBe(false)
  await stage.open({ destination })
})

test('nothing is refused of a target that nothing is known of', async () => {
  const destination = `${stage.destination.root}/d`
  await stage.open({ destination })
  fs.renameSync(destination, `${destination}.away`)
  expect((await stage.open({ destination }, { isKnown: false })).isNew).toBe(false)
})

test('a dry run makes nothing and tells what would be done', async () => {
  stage.source.write('d/f', 'text')
  const destination = `${stage.destination.root}/missing`
  await stage.open({ destination }, { dryRun: true })
  await stage.send([change('create', 'd', directory), change('create', 'd/f'), change('move', 'h', { from: 'g' })])
  expect(fs.readdirSync(stage.destination.root)).toEqual([])
  expect(fs.readdirSync(stage.state.root)).toEqual([])
  expect(stage.told.slice(1)).toEqual([
    'would create directory {"path":"d"}',
    'would create file {"path":"d/f"}',
    'would move file {"path":"h","from":"g"}',
  ])
})

describe.runIf(canMount)('on a file system of its own', () => {
  let mounted: ReturnType<typeof tempTree>
  beforeEach(() => {
    mounted = tempTree()
    mountTmpfs(mounted.root, '1m')
  })
  afterEach(() => {
    try {
      unmount(mounted.root)
    } catch {
      // The test has unmounted it.
    }
    mounted.dispose()
  })

  test('an unmounted destination fails the batch and the bare mount point stays empty, also at the next start', async () => {
    stage.source.write('f', 'text')
    const destination = mounted.root
    await stage.open({ destination })
    await stage.send([change('create', 'f')])
    unmount(mounted.root)
    await expect(stage.send([change('update', 'f')])).rejects.toThrow(/not the directory it was/)
    await expect(stage.open({ destination })).rejects.toMatchObject(REFUSED)
    expect(fs.readdirSync(mounted.root)).toEqual([])
  })

  test('a read-only file system fails the batch, which works when it is writable again', async () => {
    stage.source.write('f', 'text')
    await stage.open({ destination: mounted.root })
    remount(mounted.root, 'ro')
    await expect(stage.send([change('create', 'f')])).rejects.toMatchObject({ code: 'EROFS' })
    remount(mounted.root, 'rw')
    await stage.send([change('create', 'f')])
    expect(read(mounted, 'f')).toBe('text')
  })

  test('a full file system fails the batch and keeps the old file whole, with nothing left behind', async () => {
    stage.source.write('small', 'text')
    stage.source.write('large', 'before')
    await stage.open({ destination: mounted.root })
    await stage.send([change('create', 'small'), change('create', 'large')])
    for (const size of [900_000, 3_000_000]) {
      stage.source.write('large', Buffer.alloc(size, 'x'))
      mounted.write('ballast', Buffer.alloc(300_000))
      await expect(stage.send([change('update', 'large')])).rejects.toMatchObject({ code: 'ENOSPC' })
      expect(fs.readdirSync(mounted.root).toSorted()).toEqual(['ballast', 'large', 'small'])
      expect(read(mounted, 'large')).toBe('before')
    }
    mounted.remove('ballast')
    stage.source.write('large', Buffer.alloc(900_000, 'y'))
    await stage.send([change('update', 'large')])
    expect(look(mounted, 'large').size).toBe(900_000n)
  })

  test('a trash on another file system is refused', async () => {
    await expect(stage.open({ trash: mounted.root })).rejects.toMatchObject(REFUSED)
  })

  test('a directory is not forgotten while something in it could not be deleted', async () => {
    stage.source.write('d/f', 'text')
    stage.source.makeDirectory('d/sub')
    await stage.send([change('create', 'd', directory), change('create', 'd/f'), change('create', 'd/sub', directory)])
    const sub = stage.destination.at('d/sub').toString()
    mountTmpfs(sub, '64k')
    stage.source.remove('d')
    const deletes = ['d/sub', 'd'].map((path) => change('delete', path, { kind: 'directory' }))
    try {
      const result = await stage.send([change('delete', 'd/f'), ...deletes])
      expect(result.failed?.map(({ path }) => path)).toEqual(['d/sub', 'd'])
    } finally {
      unmount(sub)
    }
    expect((await stage.send(deletes)).failed).toEqual([])
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
  })
})
