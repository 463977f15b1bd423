import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { within } from './time.ts'

/** Clauses: setup and close change nothing; a dry run writes nothing; an empty batch is fine. */
export const lifecycleCases: readonly Case[] = [
  {
    name: 'lifecycle: set up and closed, the target is untouched',
    async run(stage) {
      stage.source.write('a', 'one')
      await stage.session()
      await stage.close()
      assert.deepEqual([...(await stage.target.read()).keys()], [])
    },
  },
  {
    name: 'lifecycle: a batch without changes does nothing',
    async run(stage) {
      stage.source.write('a', 'one')
      await stage.send({ batch: { id: 'none', reason: 'change', attempt: 1, changes: [] }, seen: new Map() })
      assert.deepEqual([...(await stage.target.read()).keys()], [])
    },
  },
  {
    name: 'lifecycle: close settles after a sync that was given up, and the target can be set up again',
    async run(stage) {
      for (let at = 0; at < 20; at++) stage.source.write(`f${at}`, String(at))
      const abort = new AbortController()
      abort.abort()
      for (const planned of stage.plan()) await stage.send(planned, abort.signal).catch(() => undefined)
      await within(5000, stage.close(), 'close')
      await stage.sync()
      await stage.assertEqual()
    },
  },
  {
    name: 'lifecycle: a dry run writes nothing',
    dryRun: true,
    async run(stage) {
      stage.source.write('d/f', 'text')
      stage.source.link('l', 'd/f')
      for (const planned of stage.plan('initial')) {
        const result = await stage.send(planned)
        assert.deepEqual(result?.failed ?? [], [])
      }
      assert.deepEqual([...(await stage.target.read()).keys()], [])
    },
  },
]
