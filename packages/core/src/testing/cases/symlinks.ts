import assert from 'node:assert/strict'
import fs from 'node:fs'
import type { Case } from '../case.ts'
import { tempTree } from '../temp-tree.ts'

const needs: Case['needs'] = ({ kinds }) => kinds.includes('symlink')

/** Clause: links are synced as links and never followed, at neither side. */
export const symlinkCases: readonly Case[] = [
  {
    name: 'symlinks: to a file, to a directory, dangling, pointing out, awkward text',
    needs,
    async run(stage) {
      stage.source.write('d/f', 'text')
      stage.source.link('to-file', 'd/f')
      stage.source.link('to-directory', 'd')
      stage.source.link('dangling', 'nowhere/at all')
      stage.source.link('out', '/etc/hostname')
      stage.source.link('d/up', '../../..')
      stage.source.link('awkward', ' *\n"\'$(id) -x')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'symlinks: the text changes, and what it points to is not touched',
    needs: ({ kinds, deletes }) => kinds.includes('symlink') && deletes,
    async run(stage) {
      const outside = tempTree({ keep: 'outside' })
      try {
        stage.source.link('l', outside.root)
        await stage.sync()
        stage.source.remove('l')
        stage.source.link('l', `${outside.root}/keep`)
        await stage.sync()
        await stage.assertEqual()
        stage.source.remove('l')
        await stage.sync()
        await stage.assertEqual()
        assert.equal(fs.readFileSync(outside.at('keep'), 'utf8'), 'outside')
      } finally {
        outside.dispose()
      }
    },
  },
  {
    name: 'symlinks: a directory of the source that has become one is not read through',
    async run(stage) {
      const outside = tempTree({ 'sub/f': 'secret', f: 'secret' })
      try {
        stage.source.write('d/f', 'public')
        stage.source.write('d/sub/f', 'public')
        const batches = stage.plan()
        stage.source.remove('d')
        stage.source.link('d', outside.root)
        for (const planned of batches) await stage.send(planned)
        const secret = [...(await stage.target.read())].filter(([path, { kind }]) => path.startsWith('d/') && kind === 'file')
        assert.deepEqual(secret, [], 'files from behind the link are at the target')
        await stage.sync()
        await stage.assertEqual()
      } finally {
        outside.dispose()
      }
    },
  },
  {
    name: 'symlinks: a file of the source that has become one is not read through',
    async run(stage) {
      const outside = tempTree({ f: 'secret' })
      try {
        stage.source.write('f', 'public')
        const batches = stage.plan()
        stage.source.remove('f')
        stage.source.link('f', `${outside.root}/f`)
        for (const planned of batches) await stage.send(planned)
        assert.notEqual((await stage.target.read()).get('f')?.kind, 'file', 'the file behind the link is at the target')
        await stage.sync()
        await stage.assertEqual()
      } finally {
        outside.dispose()
      }
    },
  },
  {
    name: 'symlinks: one planted in the way at the target is never followed',
    async run(stage) {
      const { directory } = stage.target
      if (directory === undefined) return
      const outside = tempTree({ f: 'outside', 'sub/g': 'outside' })
      try {
        stage.source.write('d/f', 'one')
        stage.source.write('d/sub/g', 'one')
        await stage.sync()
        fs.rmSync(`${directory}/d`, { recursive: true })
        fs.symlinkSync(outside.root, `${directory}/d`)
        stage.source.write('d/f', 'two')
        stage.source.write('d/new', 'two')
        stage.source.remove('d/sub')
        for (const planned of stage.plan()) await stage.send(planned).catch(() => undefined)
        const found = fs.readdirSync(outside.root).toSorted()
        assert.deepEqual(found, ['f', 'sub'], 'something was made or removed behind the link')
        assert.equal(fs.readFileSync(outside.at('f'), 'utf8'), 'outside')
        assert.equal(fs.readFileSync(outside.at('sub/g'), 'utf8'), 'outside')
      } finally {
        outside.dispose()
      }
    },
  },
]
