import type { Room } from '../mutant.ts'

/** What targets hold, and where that differs from what was seen. */
export const acked: Room = {
  folder: 'packages/core/src/tree',
  tests: ['packages/core/test/tree', 'packages/core/test/regressions'],
  mutants: [
    {
      name: 'a directory is forgotten with what the target still holds in it',
      file: 'acked-tree.ts',
      find: 'if (entry.id > 0 && this.table.list(entry.id, undefined, 1).length > 0) return this.doubt(path)',
      replace: '',
      why: 'what a target holds is remembered until it is deleted there',
    },
    {
      name: 'what was below a directory is forgotten when a file takes its place',
      file: 'acked-tree.ts',
      find: "(kind === 'directory' || this.table.list(old.id, undefined, 1).length > 0)",
      replace: "kind === 'directory'",
      why: 'what a target holds is remembered until it is deleted there',
    },
    {
      name: 'doubt of something unknown is dropped',
      file: 'acked-tree.ts',
      find: 'if (entry?.stamp !== DOUBT) this.#write',
      replace: 'if (entry !== undefined && entry.stamp !== DOUBT) this.#write',
      why: 'what was being sent for the first time may be there',
    },
    {
      name: 'a move in doubt may not have been done',
      file: 'acked-tree.ts',
      find: '    this.doubt(to)\n    this.doubt(from)\n  }\n\n  count',
      replace: '    this.doubt(to)\n  }\n\n  count',
      why: 'a move that nobody saw end may have taken away what was at its place',
    },
    {
      name: 'a move in doubt concerns its top alone',
      file: 'acked-tree.ts',
      find: 'if (source !== undefined && source.id > 0) this.#copyDoubt(source.id, from, to)',
      replace: '',
      why: 'all that lies below may be at either place',
    },
    {
      name: 'a rename leaves what it was done over',
      file: 'acked-tree.ts',
      find: '    this.#clear(to)\n',
      replace: '    if (entry.id > 0) this.#clear(to)\n',
      why: 'what was renamed over is not held any more',
    },
    {
      name: 'a rename leaves the remembered ids of what was renamed',
      file: 'acked-tree.ts',
      find: 'nameOf(to))\n    if (entry.id > 0) this.#ids.clear()',
      replace: 'nameOf(to))',
      why: 'a path names what is there now',
    },
    {
      name: 'remembered ids outlive a rollback',
      file: 'acked-tree.ts',
      find: '      this.#rollbacks = this.table.rollbacks\n      this.#ids.clear()',
      replace: '      this.#rollbacks = this.table.rollbacks',
      why: 'ids that were given out in a transaction that was taken back are of nobody',
    },
    {
      name: 'the difference ends where the source does',
      file: 'walk.ts',
      find: 'if (seen === undefined && acked === undefined) return undefined\n    const order',
      replace: 'if (seen === undefined) return undefined\n    const order',
      why: 'what only the target holds is found, wherever its name stands',
    },
    {
      name: 'only the first page is compared',
      file: 'walk.ts',
      find: 'this.#isLast = this.#rows.length < PAGE',
      replace: 'this.#isLast = true',
      why: 'directories of any size are compared whole',
    },
    {
      name: 'pages overlap',
      file: 'walk.ts',
      find: 'this.#after = this.#rows.at(-1)?.name\n',
      replace: 'this.#after = this.#rows.at(-2)?.name\n',
      why: 'directories of any size are compared once',
    },
    {
      name: 'an interrupted comparison does not go on below',
      file: 'walk.ts',
      find: 'if (here.seen !== undefined && here.seen.id > 0) {',
      replace: 'if (here.seen !== undefined && here.seen.id > 0 && here.acked !== undefined) {',
      why: 'a comparison goes on behind what it had reached, and leaves nothing out',
    },
    {
      name: 'an interrupted comparison leaves out the next name',
      file: 'walk.ts',
      find: 'frame.startAfter(name)\n      path = joinPath(path, name)',
      replace: 'frame.startAfter(name)\n      frame.next()\n      path = joinPath(path, name)',
      why: 'a comparison goes on behind what it had reached, and leaves nothing out',
    },
    {
      name: 'another directory under the same name is believed to hold the same',
      file: 'walk.ts',
      find: 'acked.ino !== seen.ino || acked.birthMs !== seen.birthMs',
      replace: 'false',
      why: 'what is below a directory that was replaced is compared',
    },
    {
      name: 'a directory is deleted before what is in it',
      file: 'gone.ts',
      find: `      if (row.id > 0) yield* goneBelow(acked, row.id, below)
      yield { path: below, seen: undefined, acked: row }`,
      replace: `      yield { path: below, seen: undefined, acked: row }
      if (row.id > 0) yield* goneBelow(acked, row.id, below)`,
      why: 'deletes come deepest first',
    },
    {
      name: 'only the first page of what is gone is deleted',
      file: 'gone.ts',
      find: 'page.length > 0;',
      replace: 'page.length === PAGE;',
      why: 'a directory of any size goes whole',
    },
  ],
}
