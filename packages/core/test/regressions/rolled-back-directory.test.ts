import { expect, test } from 'vitest'
import type { RawPath } from '../../src/model/path.ts'
import type { SeenEntry } from '../../src/model/seen.ts'
import { memoryStore } from '../support/memory-store.ts'
import { createAckedTree } from '../../src/tree/acked-tree.ts'

const directory: SeenEntry = {
  ...{ kind: 'directory', id: 7, stamp: 1, content: 1, dev: 1, ino: 2, birthMs: 3, nlink: 1, sizeBytes: 0 },
  ...{ mtimeMs: 0, ctimeMs: 0, mode: 0o755, uid: 0, gid: 0 },
}
const file: SeenEntry = { ...directory, kind: 'file', id: 0, ino: 4 }
const raw = (path: string): RawPath => path as RawPath // ASCII

test('what is acked after a transaction was taken back is found below its directory', () => {
  const store = memoryStore()
  const acked = createAckedTree(store.target('backup', '').acked)
  const ack = (): void => {
    acked.put(raw('d'), directory)
    acked.put(raw('d/f'), file)
  }
  expect(() =>
    store.transaction(() => {
      ack()
      throw new Error('The disk is full.')
    }),
  ).toThrow('full')
  store.transaction(ack)
  expect(acked.get(raw('d/f'))).toMatchObject({ kind: 'file', ino: 4 })
  expect(acked.count(raw('d'), 10)).toBe(2)
  expect(acked.table.list(acked.directory(raw('d'))!)).toHaveLength(1)
  store.close()
})
