import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import type { Stage } from '../stage.ts'

const needs: Case['needs'] = ({ moves }) => moves

/** Clause: a handler that claims moves renames at the target, whatever lies below. */
export const moveCases: readonly Case[] = [
  {
    name: 'move: a file, within and between directories',
    needs,
    async run(stage) {
      stage.source.write('a/f', 'one')
      stage.source.makeDirectory('b')
      await stage.sync()
      stage.source.move('a/f', 'a/g')
      await syncMoves(stage)
      stage.source.move('a/g', 'b/h')
      await syncMoves(stage)
    },
  },
  {
    name: 'move: a populated directory, with changes inside',
    needs,
    async run(stage) {
      for (let at = 0; at < 30; at++) stage.source.write(`old/sub${at % 3}/f${at}`, `content ${at}`)
      await stage.sync()
      stage.source.move('old', 'new')
      await syncMoves(stage)
      stage.source.move('new', 'newer')
      stage.source.write('newer/sub0/f0', 'changed after the move')
      stage.source.remove('newer/sub1/f1')
      stage.source.write('newer/added', 'new')
      await syncMoves(stage)
    },
  },
  {
    name: 'move: over an existing file',
    needs,
    async run(stage) {
      stage.source.write('from', 'winner')
      stage.source.write('to', 'loser')
      await stage.sync()
      stage.source.move('from', 'to')
      await syncMoves(stage)
    },
  },
  {
    name: 'move: moved and written to',
    needs,
    async run(stage) {
      stage.source.write('from', 'before')
      await stage.sync()
      stage.source.move('from', 'to')
      stage.source.write('to', 'after, and longer')
      await syncMoves(stage)
    },
  },
  {
    name: 'move: what the target lacks is a failed path, and comes as delete and create',
    needs,
    async run(stage) {
      stage.source.write('a/f', 'text')
      await stage.sync()
      stage.source.write('a/g', 'text')
      const batch = {
        id: 'lost-move',
        reason: 'change',
        attempt: 1,
        changes: [
          { type: 'move', path: 'a/g', from: 'a/never', kind: 'file', previousKind: 'none', content: false, recursive: false },
        ],
      } as const
      const result = await stage.send({ batch, seen: new Map() })
      assert.deepEqual(
        (result?.failed ?? []).map(({ path }) => path),
        ['a/g'],
      )
      await stage.sync()
      await stage.assertEqual()
    },
  },
]

/** The plan has to hold a move, or the case would prove nothing. */
async function syncMoves(stage: Stage): Promise<void> {
  assert.ok(stage.plan().some(({ batch }) => batch.changes.some(({ type }) => type === 'move')))
  await stage.sync()
  await stage.assertEqual()
}
