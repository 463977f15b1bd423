import type { Capabilities } from '../../handler.ts'
import type { Case } from '../case.ts'

/** Clause: a path may come back as another kind; what is in the way goes. */
export const kindCases: readonly Case[] = [
  {
    name: 'kind: a file becomes a directory and back',
    needs: ({ deletes, kinds }) => deletes && kinds.includes('directory'),
    async run(stage) {
      stage.source.write('x', 'file')
      await stage.sync()
      stage.source.remove('x')
      stage.source.write('x/y/z', 'deep')
      await stage.sync()
      await stage.assertEqual()
      stage.source.remove('x')
      stage.source.write('x', 'file again')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'kind: a link becomes a file, a directory, and a link again',
    needs: withLinks,
    async run(stage) {
      stage.source.write('other', 'not to be changed')
      stage.source.link('x', 'other')
      await stage.sync()
      stage.source.remove('x')
      stage.source.write('x', 'file')
      await stage.sync()
      await stage.assertEqual()
      stage.source.remove('x')
      stage.source.write('x/f', 'in a directory')
      await stage.sync()
      await stage.assertEqual()
      stage.source.remove('x')
      stage.source.link('x', 'other')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'kind: what a change says is older than what the source has',
    needs: withLinks,
    async run(stage) {
      stage.source.write('a', 'file')
      stage.source.makeDirectory('b')
      stage.source.link('c', 'a')
      const batches = stage.plan()
      for (const name of ['a', 'b', 'c']) stage.source.remove(name)
      stage.source.makeDirectory('a')
      stage.source.link('b', 'nowhere')
      stage.source.write('c', 'file')
      for (const planned of batches) await stage.send(planned)
      await stage.sync()
      await stage.assertEqual()
    },
  },
]

function withLinks({ deletes, kinds }: Capabilities): boolean {
  return deletes && kinds.includes('symlink') && kinds.includes('directory')
}
