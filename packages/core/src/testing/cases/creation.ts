import fs from 'node:fs'
import type { Case } from '../case.ts'

/** Clause: creates and updates make the target equal, content and what else it keeps. */
export const creationCases: readonly Case[] = [
  {
    name: 'create: a tree with nested and empty directories and empty files',
    async run(stage) {
      stage.source.write('top', 'text')
      stage.source.write('empty-file', '')
      stage.source.write('a/b/c/d/deep', Buffer.from([0, 255, 10, 13, 0]))
      stage.source.makeDirectory('a/empty')
      await stage.sync('initial')
      await stage.assertEqual()
    },
  },
  {
    name: 'create: what the target holds already at first contact',
    async run(stage) {
      stage.source.write('same', 'content')
      stage.source.write('other', 'content')
      await stage.sync('initial')
      stage.source.write('other', 'differs')
      await stage.close()
      await stage.sync('initial')
      await stage.assertEqual()
    },
  },
  {
    name: 'create: a file of several megabytes, and one with holes',
    async run(stage) {
      stage.source.write('big', Buffer.alloc(3 * 1024 * 1024 + 17, 'big file '))
      stage.source.write('holes', 'start')
      fs.truncateSync(stage.source.at('holes'), 2 * 1024 * 1024 + 5)
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'update: content that grows, shrinks, keeps its size, and becomes empty',
    async run(stage) {
      for (const name of ['grows', 'shrinks', 'same', 'empties']) stage.source.write(`d/${name}`, `${name} before`)
      await stage.sync()
      stage.source.write('d/grows', 'x'.repeat(100_000))
      stage.source.write('d/shrinks', 'x')
      stage.source.write('d/same', 'same_BEFORE')
      stage.source.write('d/empties', '')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'update: modes and times without content',
    async run(stage) {
      stage.source.write('d/f', 'text')
      await stage.sync()
      fs.chmodSync(stage.source.at('d/f'), 0o640)
      fs.chmodSync(stage.source.at('d'), 0o750)
      await stage.sync()
      await stage.assertEqual()
      fs.utimesSync(stage.source.at('d/f'), 1, 1_600_000_000.125)
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'update: a file replaced by another of the same size',
    async run(stage) {
      stage.source.write('f', 'one')
      await stage.sync()
      stage.source.write('f.new', 'two')
      stage.source.move('f.new', 'f')
      await stage.sync()
      await stage.assertEqual()
    },
  },
]
