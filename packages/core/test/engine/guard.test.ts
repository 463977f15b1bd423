import { beforeEach, expect, test } from 'vitest'
import { relativeDevices } from '../../src/engine/relative-devices.ts'
import { ROOT_PATH } from '../../src/model/path.ts'
import { GuardedRoot } from '../support/guarded-root.ts'

let root: GuardedRoot
beforeEach(() => {
  root = new GuardedRoot()
})

test('what the root was is remembered, and another one is refused', () => {
  const first = root.guard()
  expect(first.check()).toBeUndefined()
  root.become({ ino: 3 })
  expect(root.guard().check()?.code).toBe('ROOT_REPLACED')
  expect(root.guard(true).check()).toBeUndefined()
  root.now = undefined
  expect(first.check()?.code).toBe('ROOT_GONE')
})

test.each([{ birthMs: 6 }, { ino: 3 }])('a root with another %o is another one, and nothing has vanished from it', (other) => {
  const running = root.guard()
  running.check()
  root.become(other)
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(() => running.beforeVanish(ROOT_PATH)).toThrow('another directory or file system')
})

test('a root that may not be read halts, and is not taken for a state that cannot be written', () => {
  const running = root.guard()
  running.check()
  root.names = undefined
  expect(() => running.beforeVanish(ROOT_PATH)).toThrow('The source /src cannot be read (EACCES)')
})

test('another device number after a restart is no other root', () => {
  root.guard().check()
  root.become({ dev: 8 })
  expect(root.guard().check()).toBeUndefined()
})

test('a root that is mounted again halts once, and is taken when it is the same file system', () => {
  const running = root.guard()
  running.check()
  root.become({ dev: 8 })
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(running.check()).toBeUndefined()
})

test('where births are not told, another device number stays another root', () => {
  root.become({ birthMs: 0 })
  const running = root.guard()
  running.check()
  root.become({ birthMs: 0, dev: 8 })
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(running.check()?.code).toBe('ROOT_REPLACED')
})

test('an emptied root stops what would be taken for deletions', () => {
  const running = root.guard()
  running.check()
  expect(() => running.beforeVanish(ROOT_PATH)).not.toThrow()
  root.names = []
  expect(() => running.beforeVanish(ROOT_PATH)).toThrow('was emptied')
})

test('devices are told relative to that of the root', () => {
  const running = root.guard()
  running.check()
  const relative = relativeDevices(root.fs, () => running.device)
  expect(relative.look(GuardedRoot.PATH)?.dev).toBe(0)
  root.become({ dev: 9 })
  expect(relative.look(GuardedRoot.PATH)?.dev).toBe(9)
})
