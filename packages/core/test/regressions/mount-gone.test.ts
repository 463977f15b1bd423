import { expect, test } from 'vitest'
import { TreeStage } from '../tree/tree-stage.ts'

/** A file system with a file at `p/mnt`, and beside it a directory of the source's own. */
function mounted(): { readonly stage: TreeStage; readonly guarded: string[] } {
  const guarded: string[] = []
  const stage = new TreeStage({ guard: (path) => void guarded.push(path) })
  for (const path of ['p', 'p/mnt', 'p/d']) stage.mkdir(path)
  stage.disk.mount(stage.at('p/mnt'))
  for (const path of ['p/mnt/f', 'p/d/f']) stage.write(path)
  stage.begin()
  guarded.length = 0
  return { stage, guarded }
}

test.each(['file', 'symlink'] as const)('a mount that has gone is asked about, also when there is a %s in its place', (kind) => {
  const { stage, guarded } = mounted()
  stage.disk.unmount(stage.at('p/mnt'))
  stage.remove('p/mnt')
  stage.disk.create(stage.at('p/mnt'), kind, { sizeBytes: 10, link: 'elsewhere' })
  stage.hintAt('p/mnt')
  stage.look()
  expect(guarded).toContain('p/mnt')
})

test.each([
  ['nothing', []],
  ['a file', ['p/d']],
])('a directory of the source itself that has gone is not, when there is %s in its place', (_what, files) => {
  const { stage, guarded } = mounted()
  for (const path of ['p/d/f', 'p/d']) stage.remove(path)
  for (const path of files) stage.write(path)
  stage.hintAt('p/d')
  stage.look()
  expect(guarded).not.toContain('p/d')
  expect(stage.known()).toEqual(['p', ...files, 'p/mnt', 'p/mnt/f'])
})

test('a mount is asked about that has gone with the directory above, also by the next process', () => {
  const { stage, guarded } = mounted()
  stage.disk.unmount(stage.at('p/mnt'))
  for (const path of ['p/mnt', 'p/d/f', 'p/d', 'p']) stage.remove(path)
  stage.hintAt('p')
  stage.onGuard = (path) => {
    guarded.push(path)
    if (path !== '') throw new Error('halted')
  }
  expect(() => stage.look()).toThrow('halted')
  expect(guarded).toContain('p/mnt')
  stage.restart()
  expect(() => stage.scanAll()).toThrow('halted')
  stage.onGuard = () => {} // accepted
  stage.restart()
  stage.scanAll()
  expect(stage.known()).toEqual([])
})

test('a mount that is met in a new directory is told of', () => {
  const { stage } = mounted()
  expect(stage.mountsMet).toEqual(['p/mnt'])
})
