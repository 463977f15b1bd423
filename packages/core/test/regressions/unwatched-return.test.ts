import { expect, test } from 'vitest'
import type { Step } from '../../src/batch/step.ts'
import type { AckedEntry } from '../../src/model/acked.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { gatedEngine } from '../support/gated-engine.ts'
import { SourceStage } from '../support/source-stage.ts'
import { raw } from '../support/two-states.ts'

const ACKED: AckedEntry = { kind: 'file', id: 0, dev: 0, ino: 1, birthMs: 0, stamp: 1, content: 1 }
const DELETE: Step = { type: 'delete', path: raw('d/f'), from: undefined, seen: undefined, acked: ACKED }

/** `d/f` is deleted, which is seen, and comes back, which nobody tells. */
function comeBack(unwatched: string | undefined): SourceStage {
  const stage = new SourceStage('no-loss')
  stage.unwatched = unwatched
  stage.run()
  stage.disk.remove(`${ROOT}/d/f`)
  stage.hintAt('d/f')
  stage.run()
  stage.disk.create(`${ROOT}/d/f`, 'file', { sizeBytes: 10 })
  return stage
}

test('while directories are without a watch, what is to be deleted is looked at once more, also in the middle of a poll', () => {
  const { source, clock } = comeBack(`${ROOT}/d`)
  expect(source.secondLook.doubt(DELETE)).toBe('back')
  clock.advance(1000)
  source.patrol.visit(source.tree, clock.monotonic())
  expect(source.patrol.uncovered).toBe(0)
  expect(source.secondLook.doubt(DELETE)).toBe('back')
})

test('where everything is watched, nothing is looked at before it is deleted', () => {
  const { source } = comeBack(undefined)
  expect(source.secondLook.doubt(DELETE)).toBeUndefined()
})

test('what is to be sent until the end is looked for where nothing is watched', async () => {
  const monitor: Monitor = {
    ...{
      name: 'told',
      guarantee: 'no-loss',
      start() {},
      arm: () => 'limit',
      disarm() {},
      drain() {},
      stop: () => Promise.resolve(),
    },
    stats: () => ({ watches: 0, events: 0, losses: 0 }),
  }
  const { gate, live } = gatedEngine({ monitor, task: { pollIntervalMs: 3_600_000 } })
  await live.engine.start()
  live.write('late')
  await live.engine.idle({ look: true })
  expect(gate.names()).toEqual(['late'])
})
