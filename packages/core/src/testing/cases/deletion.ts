import type { Case } from '../case.ts'

/** Clause: deletes come deepest first and leave nothing, and nothing else goes. */
export const deletionCases: readonly Case[] = [
  {
    name: 'delete: a file, then a directory with what it holds',
    needs: ({ deletes }) => deletes,
    async run(stage) {
      stage.source.write('keep/f', 'kept')
      stage.source.write('gone', 'file')
      stage.source.write('dir/sub/f', 'one')
      stage.source.write('dir/g', 'two')
      stage.source.makeDirectory('dir/empty')
      await stage.sync()
      stage.source.remove('gone')
      await stage.sync()
      await stage.assertEqual()
      stage.source.remove('dir')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'delete: what the target does not have any more is done',
    needs: ({ deletes }) => deletes,
    async run(stage) {
      stage.source.write('d/f', 'text')
      stage.source.write('g', 'text')
      await stage.sync()
      stage.source.remove('d')
      stage.source.remove('g')
      const batches = stage.plan()
      for (const planned of batches) await stage.send(planned)
      for (const { batch } of batches) await (await stage.session()).sync(batch, new AbortController().signal)
      await stage.assertEqual()
    },
  },
  {
    name: 'delete: names that begin alike are not confused',
    needs: ({ deletes }) => deletes,
    async run(stage) {
      for (const name of ['a/f', 'ab/f', 'a.b/f', 'a-b', 'a b/f']) stage.source.write(name, name)
      await stage.sync()
      stage.source.remove('a')
      await stage.sync()
      await stage.assertEqual()
    },
  },
]
