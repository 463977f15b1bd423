import { expect, test } from 'vitest'
import { toText } from '../../src/model/path.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { beginOutbox } from '../support/outbox-stage.ts'
import { raw } from '../support/two-states.ts'
import { SourceStage } from '../support/source-stage.ts'

/** A file that could not be looked at, which is a problem. */
function broken(): SourceStage {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  stage.broken = `${ROOT}/d/f`
  stage.hintAt('d/f', { content: true })
  stage.run()
  expect(stage.source.patrol.problems.paths()).toEqual(['d/f'])
  return stage
}

test('a problem goes with its path when a directory above is renamed', () => {
  const stage = broken()
  stage.broken = undefined
  stage.disk.rename(`${ROOT}/d`, `${ROOT}/x`)
  for (const path of ['d', 'x']) stage.hintAt(path, { moved: true })
  stage.run(5000)
  expect(stage.source.patrol.problems.paths()).toEqual([])
})

test('one that is met again stays', () => {
  const stage = broken()
  stage.run(5000)
  expect(stage.source.patrol.problems.paths()).toEqual(['d/f'])
})

test('a problem of a target is none any more when it holds what the source has, or neither has anything', () => {
  // The name in bytes is one that this handler does not take, whoever has brought it before.
  const stage = beginOutbox({ same: 1, other: 2.5, '\xff': 3, 'd/': 5 }, { same: 1, other: 2, '\xff': 3, left: 4 })
  for (const path of ['same', 'other', '\xff', 'left', 'gone', 'd/gone', 'gone/f', ''])
    stage.problems.add(toText(raw(path)), 'no')
  stage.outbox.forgetSolved()
  expect(stage.problems.paths()).toEqual(['other', '\xff', 'left', ''])
})
