import { expect, test } from 'vitest'
import { createGuard } from '../../src/engine/guard.ts'
import type { FileSystem } from '../../src/model/file-system.ts'
import type { RawPath } from '../../src/model/path.ts'
import type { SeenTable } from '../../src/model/seen.ts'

test('accepting takes a mount that has gone, until everything was scanned', () => {
  const root = {
    kind: 'directory',
    dev: 1,
    ino: 2,
    birthMs: 3,
    nlink: 1,
    mode: 0,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtimeMs: 0,
    ctimeMs: 0,
  } as const
  const fs: FileSystem = { look: () => root, list: () => ['x' as RawPath], typeOf: () => 1 }
  const seen = { list: () => [], entries: 5 } as unknown as SeenTable // all that the guard asks for
  const guard = createGuard({ fs, root: '/src' as RawPath, seen, recorded: undefined, record: () => {}, accept: true })
  expect(() => guard.beforeVanish('mnt' as RawPath)).not.toThrow()
  guard.scanned()
  expect(() => guard.beforeVanish('mnt' as RawPath)).toThrow('/src/mnt')
})
