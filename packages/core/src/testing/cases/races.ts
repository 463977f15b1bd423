import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Case } from '../case.ts'
import { readTree, walk } from '../snapshot.ts'
import { within } from './time.ts'

/** Clause: the source lives on while a batch is synced. */
export const raceCases: readonly Case[] = [
  {
    name: 'race: paths that vanish between batch and sync are no failures',
    async run(stage) {
      stage.source.write('stays', 'text')
      stage.source.write('goes', 'text')
      stage.source.write('d/sub/f', 'text')
      const batches = stage.plan()
      stage.source.remove('goes')
      stage.source.remove('d')
      for (const planned of batches) {
        const result = await stage.send(planned)
        assert.deepEqual(result?.failed ?? [], [])
      }
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'race: a file that grows during sync is whole in the end',
    async run(stage) {
      stage.source.write('log', 'first line\n')
      stage.source.write('other', 'still')
      const stop = await keepAppending(stage.source.at('log').toString())
      try {
        for (let round = 0; round < 5; round++) for (const planned of stage.plan()) await stage.send(planned)
      } finally {
        await stop()
      }
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'race: a fifo in the place of a file does not hang',
    needs: () => process.platform !== 'win32',
    async run(stage) {
      stage.source.write('pipe', 'file')
      stage.source.write('other', 'text')
      const batches = stage.plan()
      stage.source.remove('pipe')
      execFileSync('mkfifo', [stage.source.at('pipe').toString()])
      for (const planned of batches) await within(5000, stage.send(planned), 'sync')
      stage.source.remove('pipe')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'race: the source is never modified',
    async run(stage) {
      stage.source.write('d/f', 'text')
      stage.source.write('big', Buffer.alloc(2 * 1024 * 1024, 1))
      stage.source.link('l', 'd/f')
      fs.chmodSync(stage.source.at('d/f'), 0o400)
      const before = describe(stage.source.root)
      await stage.sync('initial')
      await stage.sync('resync')
      await stage.close()
      assert.deepEqual(describe(stage.source.root), before)
    },
  },
]

/** Everything that a write, a chmod or a chown would change. */
function describe(root: string): unknown {
  const stats = [...walk(root)].map(([path, { mode, uid, gid, size, mtimeNs, ctimeNs }]) => ({
    path,
    mode,
    uid,
    gid,
    size,
    mtimeNs,
    ctimeNs,
  }))
  return { content: [...readTree(root)], stats, root: fs.lstatSync(root, { bigint: true }).ctimeNs }
}

/** Appends from another thread, so that it goes on while a handler computes. Resolves when it has begun. */
async function keepAppending(path: string): Promise<() => Promise<void>> {
  const worker = new Worker(APPENDER, { eval: true, workerData: path })
  await once(worker, 'message')
  return async () => {
    await worker.terminate()
  }
}

const APPENDER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const fs = require('node:fs')
  const append = () => {
    for (let at = 0; at < 50; at++) fs.appendFileSync(workerData, 'another line of the log\\n')
    setImmediate(append)
  }
  append()
  parentPort.postMessage('begun')
`
