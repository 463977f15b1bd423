import type { Room } from '../mutant.ts'

export const model: Room = {
  folder: 'packages/core/src/model',
  tests: ['packages/core/test/model'],
  mutants: [
    {
      name: 'identity without birth',
      file: 'entry.ts',
      find: 'a.dev === b.dev && a.birthMs === b.birthMs && a.kind === b.kind',
      replace: 'a.dev === b.dev && a.kind === b.kind',
      why: 'an inode number that was given out again is another file',
    },
    {
      name: 'what may not be looked at is gone',
      file: 'file-system.ts',
      find: "return code === 'ENOENT' || code === 'ENOTDIR'",
      replace: "return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES'",
      why: 'only what is absent counts as deleted: everything else is a problem to be tried again',
    },
  ],
}
