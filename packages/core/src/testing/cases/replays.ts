import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { within } from './time.ts'

/** Clauses: sync is safe to repeat; it stops soon when aborted. */
export const replayCases: readonly Case[] = [
  {
    name: 'replay: the same batch twice gives the same target',
    async run(stage) {
      stage.source.write('a/f', 'one')
      stage.source.write('b', 'two')
      stage.source.write('old/f', 'three')
      await stage.sync()
      stage.source.write('a/f', 'one again')
      if (stage.handler.capabilities.deletes) {
        stage.source.remove('b')
        stage.source.move('old', 'new')
      }
      stage.source.write('c/d', 'created')
      const batches = stage.plan()
      for (const planned of batches) await stage.send(planned)
      await stage.assertEqual()
      const session = await stage.session()
      for (const { batch } of batches) await session.sync({ ...batch, attempt: 2 }, new AbortController().signal)
      await stage.assertEqual()
    },
  },
  {
    name: 'replay: everything is sent again on request',
    async run(stage) {
      stage.source.write('a/f', 'one')
      stage.source.write('b', 'two')
      const batches = stage.plan('resync')
      for (let round = 0; round < 2; round++) for (const planned of batches) await stage.send(planned)
      await stage.assertEqual()
    },
  },
  {
    name: 'abort: a signal that is aborted already rejects',
    async run(stage) {
      stage.source.write('f', 'text')
      const abort = new AbortController()
      abort.abort()
      for (const planned of stage.plan()) {
        await within(5000, assert.rejects(stage.send(planned, abort.signal)), 'the aborted sync')
      }
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'abort: settles within 5 s, and a replay converges',
    async run(stage) {
      for (let at = 0; at < 300; at++) stage.source.write(`d${at % 7}/f${at}`, `content ${at}`)
      stage.source.write('large', Buffer.alloc(24 * 1024 * 1024, 'x'))
      for (const planned of stage.plan()) {
        const abort = new AbortController()
        const sent = stage.send(planned, abort.signal)
        setTimeout(() => abort.abort(), 3)
        // It may have been done before.
        await within(
          5000,
          sent.catch(() => undefined),
          'the aborted sync',
        )
      }
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'batch: as many changes as the handler takes',
    async run(stage) {
      const count = Math.min(stage.handler.capabilities.maxChanges, MOST)
      for (let at = 0; at < count; at++) stage.source.write(`f${at}`, String(at))
      const [first, ...rest] = stage.plan()
      assert.ok(first !== undefined && rest.length === 0 && first.batch.changes.length === count)
      await stage.sync()
      await stage.assertEqual()
      if (!stage.handler.capabilities.deletes) return
      for (let at = 0; at < count; at++) stage.source.remove(`f${at}`)
      await stage.sync()
      await stage.assertEqual()
    },
  },
]

/** A handler that takes batches of any size is tried with this one. */
const MOST = 10_000
