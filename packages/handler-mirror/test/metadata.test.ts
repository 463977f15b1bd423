import fs from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadNative } from '../src/native.ts'
import { change, directory, failures, look, mirrorStage, type MirrorStage, read, symlink } from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

test('times of files, links and directories are equal to the nanosecond, the root included', async () => {
  const native = await loadNative()
  expect(native).toBeDefined()
  stage.source.write('d/f', 'text')
  stage.source.link('d/l', 'f')
  stage.source.write('d/old', 'text')
  native?.setMtime(stage.source.at('d/f'), 1_700_000_000_123_456_789n)
  native?.setMtime(stage.source.at('d/l'), 1_600_000_000_987_654_321n)
  native?.setMtime(stage.source.at('d/old'), -1_234_567_891n)
  native?.setMtime(stage.source.at('d'), 1_500_000_000_000_000_001n)
  native?.setMtime(stage.source.at(''), 1_400_000_000_999_999_999n)
  await stage.send([
    change('create', 'd', directory),
    change('create', 'd/f'),
    change('create', 'd/l', symlink),
    change('create', 'd/old'),
  ])
  for (const path of ['d/f', 'd/l', 'd/old', 'd', '']) {
    expect([path, look(stage.destination, path).mtimeNs]).toEqual([path, look(stage.source, path).mtimeNs])
  }
})

test('a directory takes the time of the source after a delete, a move and an update in it', async () => {
  for (const name of ['a/f', 'a/g', 'b/h', 'c/i']) stage.source.write(name, name)
  const all = ['a', 'b', 'c'].map((name) => change('create', name, directory))
  await stage.send([...all, ...['a/f', 'a/g', 'b/h', 'c/i'].map((name) => change('create', name))])
  stage.source.remove('a/f')
  stage.source.move('a/g', 'b/g')
  fs.appendFileSync(stage.source.at('c/i'), 'more')
  const before = look(stage.source, 'c').mtimeNs
  await stage.send([change('move', 'b/g', { from: 'a/g' }), change('delete', 'a/f'), change('update', 'c/i')])
  expect(look(stage.source, 'c').mtimeNs).toBe(before)
  for (const path of ['', 'a', 'b', 'c'])
    expect([path, look(stage.destination, path).mtimeNs]).toEqual([path, look(stage.source, path).mtimeNs])
})

test('a directory out of which something was moved takes its time although it was renamed itself in the same batch', async () => {
  stage.source.write('a/other/f', 'f')
  await stage.send([change('create', 'a', directory), change('create', 'a/other', directory), change('create', 'a/other/f')])
  stage.source.move('a/other/f', 'g')
  stage.source.move('a', 'b')
  await stage.send([change('move', 'g', { from: 'a/other/f' }), change('move', 'b', { from: 'a', ...directory })])
  expect(look(stage.destination, 'b/other').mtimeNs).toBe(look(stage.source, 'b/other').mtimeNs)
})

test('a directory that took the time of the next of its name, as the one above had been renamed, takes its own after the rename', async () => {
  stage.source.write('d/sub/f', 'f')
  await stage.send([change('create', 'd', directory), change('create', 'd/sub', directory), change('create', 'd/sub/f')])
  stage.source.remove('d/sub/f')
  stage.source.move('d', 'e')
  fs.mkdirSync(stage.source.at('d/sub'), { recursive: true })
  fs.utimesSync(stage.source.at('e/sub'), 1000, 1000)
  await stage.send([change('delete', 'd/sub/f')])
  await stage.send([change('move', 'e', { from: 'd', ...directory })])
  await stage.send([change('create', 'd', directory), change('create', 'd/sub', directory)])
  for (const path of ['e', 'e/sub', 'd', 'd/sub'])
    expect([path, look(stage.destination, path).mtimeNs]).toEqual([path, look(stage.source, path).mtimeNs])
})

test.each([
  ['', false],
  [', and it was killed then', true],
])(
  'a directory takes its time in the end although the source had renamed one above it when something was deleted in it%s',
  async (_how, isKilled) => {
    for (const path of ['d/e/f', 'd/e/g']) stage.source.write(path, 'text')
    await stage.open()
    const made = [change('create', 'd', directory), change('create', 'd/e', directory)]
    await stage.send([...made, change('create', 'd/e/f'), change('create', 'd/e/g')])
    stage.source.remove('d/e/f')
    stage.source.move('d', 'moved')
    await stage.send([change('delete', 'd/e/f')])
    if (isKilled) await stage.open() // what it was before is forgotten
    await stage.send([change('move', 'moved', { from: 'd', ...directory })])
    expect(look(stage.destination, 'moved/e').mtimeNs).toBe(look(stage.source, 'moved/e').mtimeNs)
  },
)

test('a change without content sets metadata in place, but copies what is not as it was', async () => {
  stage.source.write('f', 'text')
  stage.source.write('g', 'text')
  await stage.send([change('create', 'f'), change('create', 'g')])
  const { ino } = look(stage.destination, 'f')
  stage.destination.write('g', 'truncated by somebody')
  fs.chmodSync(stage.source.at('f'), 0o4711)
  fs.chmodSync(stage.source.at('g'), 0o600)
  await stage.send([change('update', 'f', { content: false }), change('update', 'g', { content: false })])
  expect(look(stage.destination, 'f').ino).toBe(ino)
  expect(Number(look(stage.destination, 'f').mode) & 0o7777).toBe(0o4711)
  expect(fs.readFileSync(stage.destination.at('g'), 'utf8')).toBe('text')
})

test('at first contact a file of equal size and time is taken as it is, later it is copied', async () => {
  for (const tree of [stage.source, stage.destination]) {
    tree.write('same', 'text')
    fs.utimesSync(tree.at('same'), 1, 1_600_000_000)
    tree.write('newer', 'text')
    tree.write('later', 'text')
    fs.utimesSync(tree.at('later'), 1, 1_600_000_000)
  }
  fs.utimesSync(stage.destination.at('newer'), 1, 1_600_000_000)
  fs.chmodSync(stage.source.at('same'), 0o604)
  const before = ['same', 'newer', 'later'].map((name) => look(stage.destination, name).ino)
  await untilOld(stage)
  await stage.open({}, { isKnown: false })
  await stage.send([change('create', 'same'), change('create', 'newer')], 'initial')
  expect(look(stage.destination, 'same').ino).toBe(before[0])
  expect(Number(look(stage.destination, 'same').mode) & 0o777).toBe(0o604)
  expect(look(stage.destination, 'newer').ino).not.toBe(before[1])
  stage.source.write('later', 'TEXT')
  fs.utimesSync(stage.source.at('later'), 1, 1_600_000_000)
  await stage.send([change('update', 'later')])
  expect(look(stage.destination, 'later').ino).not.toBe(before[2])
  expect(read(stage.destination, 'later')).toBe('TEXT')
})

test('at first contact a file of equal size and time is copied when it was changed at the target just before', async () => {
  for (const tree of [stage.source, stage.destination]) {
    tree.write('f', 'text')
    fs.utimesSync(tree.at('f'), 1, 1_600_000_000)
  }
  const { ino } = look(stage.destination, 'f')
  await stage.open({}, { isKnown: false })
  await stage.send([change('create', 'f')], 'initial')
  expect(look(stage.destination, 'f').ino).not.toBe(ino)
})

test('a file of equal size and time is not taken as it is when it may have been put there by a rename', async () => {
  for (const [tree, text] of [
    [stage.source, 'right'],
    [stage.destination, 'wrong'],
  ] as const) {
    for (const name of ['a', 'b']) {
      tree.write(name, text)
      fs.utimesSync(tree.at(name), 1, 1_600_000_000)
    }
  }
  stage.source.makeDirectory('d')
  stage.destination.makeDirectory('e')
  await untilOld(stage)
  await stage.open({}, { isKnown: true })
  await stage.send([change('update', 'a')], 'initial')
  expect(fs.readFileSync(stage.destination.at('a'), 'utf8')).toBe('right')
  await stage.open({}, { isKnown: false })
  await stage.send([change('move', 'd', { ...directory, from: 'e' }), change('update', 'b')], 'initial')
  expect(fs.readFileSync(stage.destination.at('b'), 'utf8')).toBe('right')
})

test.runIf(process.geteuid?.() === 0)('owners are carried, and set-id bits survive that', async () => {
  stage.source.write('f', 'text')
  stage.source.link('l', 'f')
  stage.source.makeDirectory('d')
  fs.chownSync(stage.source.at('f'), 1234, 2345)
  fs.chmodSync(stage.source.at('f'), 0o6755)
  fs.lchownSync(stage.source.at('l'), 1234, 2345)
  fs.chownSync(stage.source.at('d'), 1234, 2345)
  fs.chmodSync(stage.source.at('d'), 0o1770)
  await stage.send([change('create', 'd', directory), change('create', 'f'), change('create', 'l', symlink)])
  for (const path of ['f', 'l', 'd']) {
    const { uid, gid, mode } = look(stage.destination, path)
    expect([path, uid, gid, mode]).toEqual([path, 1234n, 2345n, look(stage.source, path).mode])
  }
  fs.chownSync(stage.source.at('f'), 3456, 4567)
  fs.chmodSync(stage.source.at('f'), 0o6755)
  await stage.send([change('update', 'f', { content: false })])
  expect(look(stage.destination, 'f')).toMatchObject({ uid: 3456n, gid: 4567n, mode: look(stage.source, 'f').mode })
})

test.runIf(process.geteuid?.() === 0)('a user fills and empties directories that are read-only in the source', async () => {
  const nobody = 65_534
  stage.source.write('d/f', 'text')
  stage.source.write('d/g', 'text')
  for (const path of ['', 'd', 'd/f', 'd/g']) fs.chownSync(stage.source.at(path), nobody, nobody)
  for (const tree of [stage.destination, stage.state]) fs.chownSync(tree.root, nobody, nobody)
  fs.chmodSync(stage.source.at('d'), 0o555)
  process.setegid?.(nobody)
  process.seteuid?.(nobody)
  try {
    await stage.open()
    const made = await stage.send([change('create', 'd', directory), change('create', 'd/f'), change('create', 'd/g')])
    expect(failures(made)).toEqual({})
    expect(Number(look(stage.destination, 'd').mode) & 0o777).toBe(0o555)
    const later = await stage.send([change('move', 'd/h', { from: 'd/g' }), change('delete', 'd/f')])
    expect(failures(later)).toEqual({})
    expect(fs.readdirSync(stage.destination.at('d'))).toEqual(['h'])
    expect(Number(look(stage.destination, 'd').mode) & 0o777).toBe(0o555)
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
})

test.runIf(process.getuid?.() === 0)(
  'below a directory that is closed at the target everything goes with it in the end',
  async () => {
    const nobody = 65534
    await stage.open()
    stage.destination.write('d/e/f', 'text')
    for (const path of ['', 'd', 'd/e', 'd/e/f']) fs.chownSync(stage.destination.at(path), nobody, nobody)
    fs.chmodSync(stage.destination.at('d'), 0)
    fs.chmodSync(stage.state.root, 0o777)
    const gone = [change('delete', 'd/e/f'), change('delete', 'd/e', directory), change('delete', 'd', directory)]
    process.seteuid?.(nobody)
    try {
      expect(Object.keys(failures(await stage.send(gone)))).toEqual(['d/e/f', 'd/e', 'd'])
      expect(failures(await stage.send(gone))).toEqual({})
    } finally {
      process.seteuid?.(0)
    }
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
    expect(stage.warnings).toEqual([])
  },
)

test('extended attributes are carried, changed and removed when asked for', async () => {
  const native = await loadNative()
  if (native === undefined) return
  stage.source.write('f', 'text')
  native.setXattr(stage.source.at('f'), 'user.a', Buffer.from('one'))
  native.setXattr(stage.source.at('f'), 'user.b', Buffer.from([0, 255]))
  await stage.open({ xattrs: true })
  await stage.send([change('create', 'f')])
  expect(native.getXattr(stage.destination.at('f'), 'user.b')).toEqual(Buffer.from([0, 255]))
  native.setXattr(stage.source.at('f'), 'user.a', Buffer.from('two'))
  native.removeXattr(stage.source.at('f'), 'user.b')
  await stage.send([change('update', 'f', { content: false })])
  expect(native.getXattr(stage.destination.at('f'), 'user.a').toString()).toBe('two')
  expect(native.listXattrs(stage.destination.at('f'))).toEqual(['user.a'])
  await stage.open()
  stage.source.write('f', 'TEXT')
  await stage.send([change('update', 'f')])
  expect(native.listXattrs(stage.destination.at('f'))).toEqual([])
})

/** Waits until what was done to the target counts as done before a session that is opened now. */
async function untilOld({ destination }: MirrorStage): Promise<void> {
  const changed = Math.max(...fs.readdirSync(destination.root).map((name) => fs.lstatSync(destination.at(name)).ctimeMs))
  await expect.poll(() => Date.now() - changed, { timeout: 5000 }).toBeGreaterThan(1100)
}
