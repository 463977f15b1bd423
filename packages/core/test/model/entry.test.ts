import { expect, test } from 'vitest'
import { type Observation, sameIdentity, sameObservation } from '../../src/model/entry.ts'

const file: Observation = {
  ...{ kind: 'file', sizeBytes: 1, mtimeMs: 2, ctimeMs: 3, birthMs: 4 },
  ...{ mode: 0o644, uid: 5, gid: 6, dev: 7, ino: 8, nlink: 1 },
}

test.each<Partial<Observation>>([{ kind: 'directory' }, { dev: 1 }, { ino: 1 }, { birthMs: 1 }])(
  'another %o is another file',
  (other) => {
    expect(sameIdentity(file, { ...file, ...other })).toBe(false)
  },
)

test.each<Partial<Observation>>([
  { sizeBytes: 0 },
  { mtimeMs: 0 },
  { ctimeMs: 0 },
  { mode: 0 },
  { uid: 0 },
  { gid: 0 },
  { nlink: 2 },
])('another %o is the same file, changed', (other) => {
  expect(sameIdentity(file, { ...file, ...other })).toBe(true)
  expect(sameObservation(file, { ...file, ...other })).toBe(false)
})

test('times and sizes of a directory follow its entries and are no change of its own', () => {
  const directory: Observation = { ...file, kind: 'directory' }
  expect(sameObservation(directory, { ...directory, mtimeMs: 0, ctimeMs: 0, sizeBytes: 0, nlink: 3 })).toBe(true)
  expect(sameObservation(directory, { ...directory, mode: 0 })).toBe(false)
})
