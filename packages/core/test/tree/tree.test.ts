import { beforeEach, describe, expect, test } from 'vitest'
import type { Rules } from '../../src/model/task.ts'
import { TreeStage } from './tree-stage.ts'

let stage: TreeStage
beforeEach(() => {
  stage = TreeStage.known(['a', 'd/f', 'd/e/g/h'])
})

test('a scan finds what came, changed and went, wherever it is', () => {
  stage.remove('a')
  stage.write('d/e/g/h', 20)
  stage.write('d/e/new')
  stage.hint('tree', '')
  expect(stage.look()).toEqual(['a tree', 'd/e/g/h entry', 'd/e/new entry'])
  expect(stage.known()).toEqual(['d', 'd/e', 'd/e/g', 'd/e/g/h', 'd/e/new', 'd/f'])
})

test('a directory is armed before it is read, so that nothing is missed between', () => {
  stage.onArm = (path) => {
    if (path === 'd') stage.write('d/late')
    return undefined
  }
  stage.hint('directory', 'd')
  expect(stage.look()).toContain('d/late entry')
})

test('a directory that cannot be watched is read, and remembered', () => {
  stage.onArm = (path) => (path === 'd' ? 'limit' : undefined)
  stage.write('d/new')
  stage.hint('directory', 'd')
  expect(stage.look()).toContain('d/new entry')
  expect(stage.uncovered).toEqual([stage.id('d')])
})

describe('what cannot be looked at stays as it was, and is a problem', () => {
  test.each([
    ['look', 'd/f', 'd/f'],
    ['list', 'd', 'd'],
  ] as const)('%s of %s', (call, path, problem) => {
    stage.write('d/f', 20)
    stage.onCall = (what, at) => {
      if (what === call && at === path) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    }
    stage.hint('tree', '')
    stage.look()
    expect(stage.known()).toContain('d/f')
    expect([...stage.problems.keys()]).toEqual([problem])
    stage.onCall = () => {}
    for (const hint of stage.again) stage.tree.hint(hint)
    expect(stage.look()).toContain('d/f entry')
    expect(stage.problems.size).toBe(0)
  })
})

test('a hinted look that cannot be done is asked for again, with all that was hinted', () => {
  const { content } = stage.seen('d/f')!
  stage.onCall = () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' })
  }
  stage.hintAt('d/f', { content: true })
  stage.look()
  stage.onCall = () => {}
  expect(stage.again).toMatchObject([{ type: 'entry', dir: stage.id('d'), name: 'f', content: true }])
  stage.tree.hint(stage.again[0]!)
  stage.look()
  expect(stage.seen('d/f')!.content).toBeGreaterThan(content)
})

test('what lies below a directory that a scan could not look at is scanned later', () => {
  stage.write('d/e/g/new')
  stage.onCall = (call, path) => {
    if (path === 'd' && call === 'look') throw Object.assign(new Error('EIO'), { code: 'EIO' })
  }
  stage.hint('tree', '')
  stage.look()
  stage.onCall = () => {}
  for (const hint of stage.again) stage.tree.hint(hint)
  stage.look()
  expect(stage.known()).toContain('d/e/g/new')
})

test('a directory whose own mode changed is scanned with all below', () => {
  stage.disk.setAttributes(stage.at('d'), { mode: 0o700 })
  stage.write('d/e/g/new')
  stage.hint('tree', '')
  expect(stage.look()).toEqual(['d entry', 'd/e/g/new entry'])
})

test('an empty directory that has been replaced is not taken for the one that it was', () => {
  stage.mkdir('y')
  stage.hint('directory', '')
  stage.look()
  stage.disk.rename(stage.at('y'), '/elsewhere')
  stage.mkdir('y')
  stage.write('y/other')
  stage.hint('directory', 'y')
  stage.look()
  expect(stage.seen('y')!.ino).toBe(stage.disk.find(stage.at('y'))!.ino)
  expect(stage.known()).toContain('y/other')
})

test('a directory that has been replaced is not read as the one that it was', () => {
  stage.move('d', 'old')
  stage.mkdir('d')
  stage.write('d/other')
  stage.hint('directory', 'd')
  stage.look()
  stage.hint('directory', '')
  stage.look()
  expect(stage.known()).toEqual(['a', 'd', 'd/other', 'old', 'old/e', 'old/e/g', 'old/e/g/h', 'old/f'])
  expect(stage.seen('old/f')?.id).toBe(0)
})

test('a tree is scanned whole although its top was to be read anyway', () => {
  stage.write('d/e/g/new')
  stage.hint('directory', 'd')
  stage.store.transaction(() => stage.tree.look())
  stage.hint('tree', 'd')
  stage.look()
  expect(stage.known()).toContain('d/e/g/new')
})

test('a tree that waits to be scanned is still scanned when its top is to be read again', () => {
  stage.write('d/e/g/new')
  stage.hint('tree', 'd')
  stage.store.transaction(() => stage.tree.look())
  stage.hint('directory', 'd')
  stage.look()
  expect(stage.known()).toContain('d/e/g/new')
})

test('a loss is made good although everything was to be scanned anyway', () => {
  stage.write('d/f')
  stage.hintAt('d/f', { content: true })
  stage.look()
  stage.write('d/f') // in the same tick and of the same size: nothing shows
  stage.hint('tree', '')
  stage.store.transaction(() => stage.tree.look())
  stage.hint('lost', '')
  expect(stage.look()).toEqual(['d/f entry'])
})

describe('a look while a directory is being read', () => {
  beforeEach(() => {
    for (let at = 0; at < 600; at++) stage.write(`d/x${at}`)
    stage.mkdir('d/new')
    stage.hint('directory', 'd')
    stage.store.transaction(() => stage.tree.look())
    stage.store.transaction(() => stage.tree.scan(() => true))
  })

  test('finds a new directory, and the reading does not take it for another one', () => {
    stage.write('d/new/f')
    stage.hintAt('d/new')
    stage.look()
    expect(stage.known()).toContain('d/new/f')
    const { id } = stage.seen('d/new')!
    expect(stage.armed.get(id)).toBe('d/new')
    expect([...stage.armed.values()].filter((path) => path === 'd/new')).toHaveLength(1)
    expect(stage.known().filter((path) => path.startsWith('d/x'))).toHaveLength(600)
  })

  test('finds that something went, and the reading does not bring it back', () => {
    stage.move('d/e', 'e')
    stage.hintAt('d/e', { moved: true })
    stage.hintAt('e', { moved: true })
    stage.look()
    expect(stage.known().filter((path) => /(^|\/)e(\/|$)/.test(path))).toEqual(['e', 'e/g', 'e/g/h'])
    expect(stage.armed.get(stage.id('e'))).toBeDefined()
  })
})

describe('rules', () => {
  const excluded = new Set<string>()
  let ruled: string[] = []
  const rules: Rules = {
    fingerprint: '',
    wants: (path) => !path.split('/').some((name) => excluded.has(name)),
    directory(path, names) {
      const isRuled = names.some((name) => name === '.gitignore')
      const changes = isRuled !== ruled.includes(path)
      ruled = ruled.filter((other) => other !== path)
      if (isRuled) ruled.push(path)
      if (isRuled) excluded.add('h')
      else if (changes) excluded.delete('h')
      return changes
    },
  }
  beforeEach(() => {
    excluded.clear()
    ruled = []
    stage = new TreeStage({ rules })
    for (const path of ['d', 'd/e']) stage.mkdir(path)
    for (const path of ['d/f', 'd/e/h']) stage.write(path)
    stage.begin()
  })

  test('decide what is known', () => {
    excluded.add('e')
    stage.hint('tree', '')
    stage.look()
    expect(stage.known()).toEqual(['d', 'd/f'])
    expect(stage.armed.size).toBe(2)
  })

  test('of a directory are obeyed when they come, below it too, and when they go', () => {
    stage.write('d/.gitignore')
    stage.hintAt('d/.gitignore', { content: true })
    stage.look()
    expect(stage.known()).toEqual(['d', 'd/.gitignore', 'd/e', 'd/f'])
    stage.remove('d/.gitignore')
    stage.hintAt('d/.gitignore')
    stage.look()
    expect(stage.known()).toEqual(['d', 'd/e', 'd/e/h', 'd/f'])
  })
})
