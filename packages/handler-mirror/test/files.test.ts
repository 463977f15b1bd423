import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadNative } from '../src/native.ts'
import { change, directory, failures, look, mirrorStage, type MirrorStage, read } from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

test('holes stay holes', async () => {
  const path = stage.source.at('sparse')
  fs.writeFileSync(path, '')
  fs.truncateSync(path, 8 * 1024 * 1024)
  const fd = fs.openSync(path, 'r+')
  fs.writeSync(fd, Buffer.alloc(5000, 'x'), 0, 5000, 3 * 1024 * 1024 + 100)
  fs.writeSync(fd, 'tail', 6 * 1024 * 1024)
  fs.closeSync(fd)
  await stage.send([change('create', 'sparse')])
  const copy = look(stage.destination, 'sparse')
  expect(copy.size).toBe(8n * 1024n * 1024n)
  expect(copy.blocks * 512n).toBeLessThan(64n * 1024n)
  expect(fs.readFileSync(stage.destination.at('sparse')).equals(fs.readFileSync(path))).toBe(true)
})

test('names of one file are one file at the target when asked for, and copies otherwise', async () => {
  stage.source.write('a', 'text')
  fs.linkSync(stage.source.at('a'), stage.source.at('b'))
  await stage.send([change('create', 'a'), change('create', 'b')])
  expect(look(stage.destination, 'a').ino).not.toBe(look(stage.destination, 'b').ino)
  await stage.open({ hardLinks: true })
  await stage.send([change('update', 'a'), change('update', 'b')])
  expect(look(stage.destination, 'a').ino).toBe(look(stage.destination, 'b').ino)
  stage.source.write('a', 'TEXT')
  await stage.send([change('update', 'a'), change('update', 'b')])
  expect(look(stage.destination, 'a').ino).toBe(look(stage.destination, 'b').ino)
  expect(read(stage.destination, 'b')).toBe('TEXT')
  expect(fs.readdirSync(stage.destination.root).toSorted()).toEqual(['a', 'b'])
})

test.each([
  ['small', 100],
  ['large', 3 * 1024 * 1024],
])('a %s file that is a copy itself is not written again when the target holds the very same', async (_size, bytes) => {
  const content = Buffer.alloc(bytes, 'a')
  const update = change('update', 'a')
  stage.source.write('a', content)
  fs.utimesSync(stage.source.at('a'), 1, 1_500_000_000)
  await stage.send([change('create', 'a')])
  const { ino } = look(stage.destination, 'a')
  fs.chmodSync(stage.source.at('a'), 0o640)
  await stage.send([update])
  expect(look(stage.destination, 'a').ino).toBe(ino)
  expect(Number(look(stage.destination, 'a').mode) & 0o777).toBe(0o640)
  // Other bytes of the same size and time are another file.
  content[bytes - 1] = 98
  stage.source.write('a', content)
  fs.utimesSync(stage.source.at('a'), 1, 1_500_000_000)
  await stage.send([update])
  expect(fs.readFileSync(stage.destination.at('a')).equals(content)).toBe(true)
})

test('a name of the source in the target becomes a file of its own', async () => {
  stage.source.write('a', 'text')
  fs.utimesSync(stage.source.at('a'), 1, 1_500_000_000)
  fs.linkSync(stage.source.at('a'), stage.destination.at('a'))
  await stage.send([change('update', 'a')])
  expect(look(stage.destination, 'a').nlink).toBe(1n)
})

test('a copy whose directory is a file by now is not linked to', async () => {
  stage.source.write('d/a', 'text')
  fs.linkSync(stage.source.at('d/a'), stage.source.at('b'))
  fs.utimesSync(stage.source.at('b'), 1, 1_500_000_000)
  await stage.open({ hardLinks: true })
  await stage.send([change('create', 'd', { kind: 'directory' }), change('create', 'd/a')])
  fs.rmSync(stage.source.at('d'), { recursive: true })
  stage.source.write('d', 'a file')
  fs.linkSync(stage.source.at('b'), stage.source.at('c'))
  await stage.send([change('delete', 'd/a'), change('delete', 'd', { kind: 'directory' }), change('create', 'd')])
  expect(failures(await stage.send([change('create', 'b'), change('create', 'c')]))).toEqual({})
  expect(look(stage.destination, 'b').ino).toBe(look(stage.destination, 'c').ino)
})

test('a copy is not linked when the file may have been written to again within the same tick', async () => {
  const native = await loadNative()
  stage.source.write('a', 'text')
  fs.linkSync(stage.source.at('a'), stage.source.at('b'))
  await stage.open({ hardLinks: true })
  await stage.send([change('create', 'a')])
  const { mtimeNs } = look(stage.source, 'a')
  stage.source.write('a', 'TEXT')
  native?.setMtime(stage.source.at('a'), mtimeNs)
  await stage.send([change('create', 'b')])
  expect(read(stage.destination, 'b')).toBe('TEXT')
})

test('a name is not linked to a copy that was made of an older version', async () => {
  await stage.open({ hardLinks: true })
  for (const [text, time] of [
    ['text', 1_500_000_000],
    ['TEXT', 1_600_000_000],
  ] as const) {
    stage.source.write('a', text)
    if (text === 'text') fs.linkSync(stage.source.at('a'), stage.source.at('b'))
    fs.utimesSync(stage.source.at('a'), 1, time)
    await stage.send(text === 'text' ? [change('create', 'a'), change('create', 'b')] : [change('update', 'b')])
    expect(read(stage.destination, 'b')).toBe(text)
  }
})

test('a move brings along what else has changed', async () => {
  stage.source.write('b', 'changed since')
  stage.destination.write('a', 'text')
  expect(failures(await stage.send([change('move', 'b', { from: 'a' })]))).toEqual({})
  expect(read(stage.destination, 'b')).toBe('changed since')
})

test('a batch with a move may be replayed, but a move of nothing fails', async () => {
  stage.source.write('b', 'text')
  stage.destination.write('a', 'text')
  const session = await stage.open()
  const batch = {
    id: 'again',
    reason: 'change',
    attempt: 1,
    changes: [change('move', 'b', { from: 'a', content: false })],
  } as const
  const { signal } = new AbortController()
  for (let times = 0; times < 2; times++) expect(await session.sync(batch, signal)).toMatchObject({ failed: [] })
  expect(fs.readdirSync(stage.destination.root)).toEqual(['b'])
  expect(failures(await stage.send([change('move', 'c', { from: 'a' })])).c).toMatch(/cannot be moved/)
})

test('a move of one name over another of the same file leaves one', async () => {
  stage.source.write('b', 'text')
  stage.destination.write('a', 'text')
  fs.linkSync(stage.destination.at('a'), stage.destination.at('b'))
  expect(failures(await stage.send([change('move', 'b', { from: 'a' })]))).toEqual({})
  expect(fs.readdirSync(stage.destination.root)).toEqual(['b'])
})

test.each([
  ['', () => ({})],
  [', with a trash too', () => ({ trash: stage.state.at('trash').toString() })],
])('a reader of the target sees the old file or the new one, whole, at any time%s', async (_name, options) => {
  await stage.open(options())
  const sizes = [10, 70_000, 1_500_000]
  stage.source.write('f', 'a'.repeat(10))
  await stage.send([change('create', 'f')])
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const reader = new Worker(READER, { eval: true, workerData: { path: stage.destination.at('f'), shared } })
  await once(reader, 'message')
  for (let round = 0; round < 60 || Atomics.load(shared, 1) < 100; round++) {
    const letter = String.fromCharCode(98 + (round % 20))
    stage.source.write('f', letter.repeat(sizes[round % sizes.length] ?? 1))
    await stage.send([change('update', 'f')])
  }
  const answer = once(reader, 'message')
  Atomics.store(shared, 0, 1)
  const [seen] = await answer
  const whole = seen.filter((what: string) => sizes.some((size) => what.endsWith(` ${size}`)))
  expect(seen).toEqual(whole)
})

/** Reads a file over and over, notes the letters that it consists of and its length. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const fs = require('node:fs')
  const seen = new Set()
  const read = () => {
    if (Atomics.load(workerData.shared, 0) === 1) { parentPort.postMessage([...seen]); return }
    try {
      const text = fs.readFileSync(workerData.path, 'latin1')
      seen.add((/^(.)\\1*$/.test(text) ? 'one letter' : 'mixed') + ' ' + text.length)
    } catch (error) { seen.add(error.code) }
    Atomics.add(workerData.shared, 1, 1)
    setImmediate(read)
  }
  parentPort.postMessage('reading')
  read()
`

test.each([
  ['is appended to', (path: string | Buffer) => fs.appendFileSync(path, 'x')],
  ['is written over', (path: string | Buffer) => fs.utimesSync(path, 1, Math.random() * 1e9)],
])('a file that %s all the time arrives and is reported, so that it is tried again', async (_how, write) => {
  stage.source.write('log', 'x')
  const original = fs.readSync
  const spy = vi.spyOn(fs, 'readSync').mockImplementation((...args: Parameters<typeof fs.readSync>) => {
    const length = original(...args)
    write(stage.source.at('log'))
    return length
  })
  const result = await stage.send([change('create', 'log')])
  spy.mockRestore()
  expect(failures(result).log).toMatch(/still changing/)
  expect(read(stage.destination, 'log')).toMatch(/^x+$/)
  expect(failures(await stage.send([change('update', 'log')]))).toEqual({})
  expect(read(stage.destination, 'log')).toBe(read(stage.source, 'log'))
})

test('a directory of 10 000 files is moved in one rename', async () => {
  stage.source.makeDirectory('old')
  stage.destination.makeDirectory('old')
  for (let at = 0; at < 10_000; at++) fs.closeSync(fs.openSync(`${stage.destination.root}/old/f${at}`, 'w'))
  stage.source.move('old', 'new')
  const { ino } = look(stage.destination, 'old')
  await stage.open()
  const rename = vi.spyOn(fs, 'renameSync')
  expect(failures(await stage.send([change('move', 'new', { from: 'old', ...directory })]))).toEqual({})
  expect(rename).toHaveBeenCalledTimes(1)
  rename.mockRestore()
  expect(look(stage.destination, 'new').ino).toBe(ino)
  expect(fs.readdirSync(stage.destination.at('new'))).toHaveLength(10_000)
})

test('what a killed run left in the middle of a copy is gone after the next start', async () => {
  stage.source.write('d/large', '')
  fs.truncateSync(stage.source.at('d/large'), 40 * 1024 ** 3)
  const script = new URL('copy-until-killed.ts', import.meta.url).pathname
  const args = ['--conditions=clsync-source', script, stage.source.root, stage.destination.root, stage.state.root, 'd/large']
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const temps = () => fs.readdirSync(stage.destination.root, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))
  await expect.poll(() => temps().length, { timeout: 20_000 }).toBe(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(temps()).toHaveLength(1)
  await stage.open()
  expect(temps()).toEqual([])
})

test('a temporary file of ours does not keep a directory from going', async () => {
  stage.destination.write('d/.clsync-0123456789abcd.tmp', 'left')
  await stage.send([change('delete', 'd', { kind: 'directory' })])
  expect(fs.readdirSync(stage.destination.root)).toEqual([])
  expect(stage.warnings).toEqual([])
})

test('files of a new directory have no other name before their own, and who was there first is replaced', async () => {
  const native = await loadNative()
  const names: string[] = []
  for (const name of ['a', 'b', 'c']) stage.source.write(`d/${name}`, `text of ${name}`)
  // Told of the bytes of one file, it looks what there is, and puts one of its own where the next belongs.
  const progress = (): void => {
    names.push(...fs.readdirSync(stage.destination.at('d')))
    if (names.length === 1) stage.destination.write('d/b', 'a stranger')
  }
  await stage.open({}, { progress })
  const batch = [change('create', 'd', { kind: 'directory' }), ...['d/a', 'd/b', 'd/c'].map((path) => change('create', path))]
  expect(failures(await stage.send(batch))).toEqual({})
  for (const name of ['a', 'b', 'c']) expect(read(stage.destination, `d/${name}`)).toBe(`text of ${name}`)
  if (native === undefined) return
  const temporary = names.filter((name) => name.startsWith('.clsync-'))
  expect(temporary).toHaveLength(1) // of the file whose name was taken
  expect(fs.readdirSync(stage.destination.at('d')).toSorted()).toEqual(['a', 'b', 'c'])
})

test.skipIf(process.geteuid?.() !== 0)(
  'files of a new directory have their owners and modes, whatever the one before had',
  async () => {
    const given = [
      ...[{ mode: 0o644 }, { mode: 0o644 }, { mode: 0o600, uid: 1234 }, { mode: 0o600, uid: 1234 }, { mode: 0o600, gid: 4321 }],
      ...[{ mode: 0o4755 }, { mode: 0o4755, uid: 7 }, { mode: 0o444 }, { mode: 0 }, { mode: 0o644 }],
    ]
    fs.mkdirSync(stage.source.at('d'))
    // What is made below it belongs to its group.
    fs.chownSync(stage.destination.root, 0, 99)
    fs.chmodSync(stage.destination.root, 0o2755)
    const want = given.map(({ mode, uid = 0, gid = 0 }, at) => {
      stage.source.write(`d/${at}`, 'x')
      fs.chownSync(stage.source.at(`d/${at}`), uid, gid)
      fs.chmodSync(stage.source.at(`d/${at}`), mode)
      return [mode, uid, gid]
    })
    const files = given.map((_, at) => change('create', `d/${at}`))
    expect(failures(await stage.send([change('create', 'd', { kind: 'directory' }), ...files]))).toEqual({})
    const held = given.map((_, at) => {
      const { mode, uid, gid } = fs.lstatSync(stage.destination.at(`d/${at}`))
      return [mode & 0o7777, uid, gid]
    })
    expect(held).toEqual(want)
  },
)
