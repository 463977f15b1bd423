import { expect, test } from 'vitest'
import type { Step } from '../../src/batch/step.ts'
import { nameOf, parentOf } from '../../src/model/path.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { SourceStage } from '../support/source-stage.ts'
import { raw } from '../support/two-states.ts'

let stage: SourceStage

/** A source in whose directory `d` nobody tells what happens, and the step that sends the directory `d/e`. */
function sending(unwatched: string | undefined, tickMs?: number): Step {
  stage = new SourceStage('no-loss', tickMs)
  stage.unwatched = unwatched
  stage.run(5000)
  const path = raw('d/e')
  const seen = stage.store.seen.get(stage.source.tree.directories.nearest(parentOf(path)).dir, nameOf(path))
  expect(seen?.kind).toBe('directory')
  return { type: 'update', path, from: undefined, seen, acked: undefined }
}

const exchange = (): boolean => {
  stage.clock.advance(5)
  return stage.disk.exchange(`${ROOT}/d/e`, `${ROOT}/d/f`)
}

test('a directory that was a file for a moment while it was sent is sent once more where nobody tells', () => {
  const step = sending(`${ROOT}/d`)
  const { secondLook } = stage.source
  const first = secondLook.first([step])
  expect(secondLook.resendMs(step, first)).toBeUndefined()
  exchange()
  exchange()
  expect(secondLook.resendMs(step, first)).toBe(0)
})

test('so is one that was a file for a moment within the tick of the clock in which it was made, but not for ever', () => {
  const step = sending(`${ROOT}/d`, 1000)
  const { secondLook } = stage.source
  exchange()
  exchange()
  stage.run()
  const first = secondLook.first([step])
  exchange()
  exchange()
  expect(secondLook.resendMs(step, first)).toBe(1000) // when the tick is over
  stage.clock.advance(1000)
  expect(secondLook.resendMs(step, secondLook.first([step]))).toBeUndefined()
})

test('so is one that was a file when it was to be sent', () => {
  const step = sending(`${ROOT}/d`)
  const { secondLook } = stage.source
  exchange()
  const first = secondLook.first([step])
  exchange()
  expect(secondLook.resendMs(step, first)).toBe(0)
})

test('where everything is watched the monitor tells, and it is not looked at before it is sent', () => {
  const step = sending(undefined)
  expect(stage.source.secondLook.first([step]).ctimesMs.size).toBe(0)
})
