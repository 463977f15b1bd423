import { expect, test } from 'vitest'
import { type StageOptions, TreeStage } from '../tree/tree-stage.ts'

/** What the simulation found in how the tree looks: each history as short as it can be told. */

/** The clock stands still once all is known, within one tick. */
const known = (files: readonly string[], options: StageOptions = {}): TreeStage =>
  TreeStage.known(files, { tickMs: 1000, ...options })

const EIO = Object.assign(new Error('EIO'), { code: 'EIO' })

/** The next call of this kind on this path fails. */
function failOnce(stage: TreeStage, call: 'look' | 'list', path: string): void {
  stage.onCall = (what, at) => {
    if (what !== call || at !== path) return
    stage.onCall = () => {}
    throw EIO
  }
}

test('what was removed and made again in the same inode and tick is another', () => {
  const stage = known(['a'], { reusesInodes: true })
  stage.remove('a')
  stage.disk.create(stage.at('a'), 'symlink', { sizeBytes: 1, link: 'x' })
  stage.hintAt('a', { made: true })
  stage.look()
  const { content } = stage.seen('a')!
  stage.remove('a')
  stage.disk.create(stage.at('a'), 'symlink', { sizeBytes: 1, link: 'y' })
  stage.hintAt('a', { made: true })
  stage.look()
  expect(stage.seen('a')!.content).toBeGreaterThan(content)
})

test('a hint of written bytes whose look failed comes again with the bytes', () => {
  const stage = known(['a'])
  failOnce(stage, 'look', 'a')
  stage.hintAt('a', { content: true })
  stage.look()
  expect(stage.again).toMatchObject([{ type: 'entry', name: 'a', content: true }])
})

test('a directory that could not be read in a scan of all is owed as a whole', () => {
  const stage = known(['d/e/f'])
  const dir = stage.id('d')
  failOnce(stage, 'look', 'd')
  stage.hint('tree', '')
  stage.look()
  expect(stage.again).toContainEqual({ type: 'tree', dir })
})

test('a file that is renamed to where another has left is not followed before what the old place holds now is known', () => {
  const stage = known(['a'])
  stage.move('a', 'b')
  stage.write('a')
  stage.hintAt('b', { moved: true })
  stage.look()
  expect(stage.known()).toEqual(['a', 'b'])
  expect(stage.seen('a')!.ino).toBe(stage.disk.find(stage.at('a'))!.ino)
})

test('a hint of written bytes is kept for a directory that was renamed in the same moment', () => {
  const stage = known(['d/f'])
  const dir = stage.id('d')
  stage.write('d/f')
  stage.hintAt('d/f', { content: true })
  stage.look()
  const { content } = stage.seen('d/f')!
  stage.move('d', 'e')
  stage.write('e/f')
  stage.tree.hint({ type: 'entry', dir, name: 'f' as never, content: true })
  for (const name of ['d', 'e']) stage.hintAt(name, { moved: true })
  stage.look()
  expect(stage.seen('e/f')!.content).toBeGreaterThan(content)
})

test('a file that is made, written to and renamed before anyone looks is not taken for one that was removed', () => {
  const stage = known(['a'], { reusesInodes: true })
  stage.write('b')
  stage.hintAt('b', { content: true, made: true })
  stage.look()
  const { content } = stage.seen('b')!
  stage.remove('b')
  stage.write('b~')
  stage.move('b~', 'a')
  stage.hintAt('b')
  stage.hintAt('b~', { content: true, made: true, moved: true })
  stage.hintAt('a', { moved: true })
  stage.look()
  expect(stage.seen('a')!.content).toBeGreaterThan(content)
})

test('what is hidden for a moment has not gone', () => {
  const stage = known(['d/f'])
  stage.onCall = (call, path) => {
    if (call !== 'look' || path !== 'd/f') return
    stage.onCall = (_, at) => {
      if (at === 'd') stage.disk.rename('/away', stage.at('')) // back before its directory is looked at
      stage.onCall = () => {}
    }
    stage.disk.rename(stage.at(''), '/away')
  }
  stage.hintAt('d/f')
  expect(stage.look()).toEqual([])
  expect(stage.known()).toEqual(['d', 'd/f'])
})

test('what a listing has and a look does not find is looked at again', () => {
  const stage = known(['d/f'])
  stage.write('d/new')
  stage.onCall = (call, path) => {
    if (call !== 'look' || path !== 'd/new') return
    stage.onCall = () => {
      stage.disk.rename('/away', stage.at(''))
      stage.onCall = () => {}
    }
    stage.disk.rename(stage.at(''), '/away')
  }
  stage.hint('directory', 'd')
  stage.look()
  expect(stage.known()).toEqual(['d', 'd/f', 'd/new'])
})

test('what is not found while the root is away has not gone, although the root is back when that is looked at', () => {
  let isAway = false
  const guarded: string[] = []
  const stage = known(['a', 'b'], {
    guard: (path) => {
      guarded.push(path)
      if (isAway) stage.disk.rename('/away', stage.at(''))
      isAway = false
    },
  })
  stage.disk.rename(stage.at(''), '/away')
  isAway = true
  stage.hintAt('a')
  stage.look()
  expect(guarded.length).toBeGreaterThan(0)
  expect(stage.seen('a')).toBeDefined()
})

test('what was written through a name that holds another file by now is told where it went', () => {
  const stage = known(['a', 'b', 'c'])
  const before = stage.seen('a')!
  const then = stage.disk.find(stage.at('a'))!.mtimeMs
  stage.move('a', 'b')
  stage.write('b')
  stage.disk.setAttributes(stage.at('b'), { mtimeMs: then })
  stage.disk.exchange(stage.at('b'), stage.at('c'))
  for (const name of ['a', 'c']) stage.hintAt(name, { moved: true })
  stage.hintAt('b', { moved: true, content: true })
  stage.look()
  expect(stage.seen('c')!.content).toBeGreaterThan(before.content)
})

test('what is in a directory that was made anew in the inode of the former one is not believed to be the same', () => {
  const stage = known([], { reusesInodes: true, hasBirth: false })
  stage.mkdir('d')
  stage.hintAt('d', { made: true })
  stage.look()
  stage.write('d/f')
  stage.hintAt('d/f', { made: true, content: true })
  stage.look()
  const before = stage.seen('d/f')!
  for (const path of ['d/f', 'd']) stage.remove(path)
  stage.mkdir('d')
  stage.write('d/f')
  expect(stage.disk.find(stage.at('d/f'))!.ino).toBe(before.ino)
  stage.hintAt('d', { made: true })
  stage.look()
  expect(stage.seen('d/f')!.content).toBeGreaterThan(before.content)
})

test('where files have no time of birth, one that was just written and seems renamed may be another in the same inode', () => {
  const stage = known(['d'], { reusesInodes: true, hasBirth: false })
  stage.write('d')
  stage.hintAt('d', { content: true })
  stage.look()
  const before = stage.seen('d')!
  stage.mkdir('n') // nobody watches it yet
  stage.remove('d')
  stage.write('n/x')
  stage.move('n/x', 'x')
  expect(stage.disk.find(stage.at('x'))!.ino).toBe(before.ino)
  stage.hintAt('d')
  stage.hintAt('x', { moved: true })
  stage.look()
  expect(stage.seen('x')!.content).toBeGreaterThan(before.content)
})
