import { beforeEach, expect, test } from 'vitest'
import { createGuard } from '../../src/engine/guard.ts'
import { relativeDevices } from '../../src/engine/relative-devices.ts'
import type { Observation } from '../../src/model/entry.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import { fromText } from '../../src/model/path.ts'
import type { SeenTable } from '../../src/model/seen.ts'

const ROOT = fromText('/src')
const directory: Observation = {
  ...{
    kind: 'directory',
    sizeBytes: 0,
    mtimeMs: 0,
    ctimeMs: 0,
    birthMs: 5,
    mode: 0o755,
    uid: 0,
    gid: 0,
    dev: 7,
    ino: 2,
    nlink: 2,
  },
}
let root: Observation | undefined
/** Without any, it may not be read. */
let names: string[] | undefined
const fs: FileSystem = { look: () => root, list, typeOf: () => 0xef53 }
const seen = { entries: 3, list: () => [{}] } as unknown as SeenTable // all that a guard asks of it

function list() {
  if (names === undefined) throw Object.assign(new Error('denied'), { code: 'EACCES' })
  return names.map(fromText)
}

beforeEach(() => {
  root = directory
  names = ['a']
})

function guard(recorded?: string, accept = false) {
  let text = recorded
  const made = createGuard({ fs, root: ROOT, seen, recorded, record: (now) => (text = now), accept })
  return { ...made, check: () => made.check(), device: () => made.device, recorded: () => text }
}

test('what the root was is remembered, and another one is refused', () => {
  const first = guard()
  expect(first.check()).toBeUndefined()
  root = { ...directory, ino: 3 }
  expect(guard(first.recorded()).check()?.code).toBe('ROOT_REPLACED')
  expect(guard(first.recorded(), true).check()).toBeUndefined()
  root = undefined
  expect(first.check()?.code).toBe('ROOT_GONE')
})

test.each([{ birthMs: 6 }, { ino: 3 }])('a root with another %o is another one, and nothing has vanished from it', (other) => {
  const running = guard()
  running.check()
  root = { ...directory, ...other }
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(() => running.beforeVanish(fromText(''))).toThrow('another directory or file system')
})

test('a root that may not be read halts, and is not taken for a state that cannot be written', () => {
  const running = guard()
  running.check()
  names = undefined
  expect(() => running.beforeVanish(fromText(''))).toThrow('The source /src cannot be read (EACCES)')
})

test('another device number after a restart is no other root', () => {
  const first = guard()
  first.check()
  root = { ...directory, dev: 8 }
  expect(guard(first.recorded()).check()).toBeUndefined()
})

test('a root that is mounted again halts once, and is taken when it is the same file system', () => {
  const running = guard()
  running.check()
  root = { ...directory, dev: 8 }
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(running.check()).toBeUndefined()
})

test('where births are not told, another device number stays another root', () => {
  root = { ...directory, birthMs: 0 }
  const running = guard()
  running.check()
  root = { ...directory, birthMs: 0, dev: 8 }
  expect(running.check()?.code).toBe('ROOT_REPLACED')
  expect(running.check()?.code).toBe('ROOT_REPLACED')
})

test('an emptied root stops what would be taken for deletions', () => {
  const running = guard()
  running.check()
  expect(() => running.beforeVanish(fromText(''))).not.toThrow()
  names = []
  expect(() => running.beforeVanish(fromText(''))).toThrow('was emptied')
})

test('devices are told relative to that of the root', () => {
  const running = guard()
  running.check()
  const relative = relativeDevices(fs, () => running.device())
  expect(relative.look(ROOT)?.dev).toBe(0)
  root = { ...directory, dev: 9 }
  expect(relative.look(ROOT)?.dev).toBe(9)
})
