import { expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { SourceStage } from '../support/source-stage.ts'
import { raw } from '../support/two-states.ts'

const FILE = `${ROOT}/d/f`
const HOUR_MS = 3_600_000

/** A source of which not everything can be looked at, so that what was written in the meantime is not known. */
function owing(): SourceStage {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  stage.broken = `${ROOT}/d/e`
  stage.hintAt('d/e', { made: true })
  stage.run()
  return stage
}

/** The file is written twice within one tick of the clock; nobody tells of the second time, but that something was lost. */
function writeTwice(stage: SourceStage): void {
  stage.disk.write(FILE, 10)
  stage.hintAt('d/f', { content: true })
  stage.run()
  stage.disk.write(FILE, 10)
  stage.touched = []
  stage.source.hint({ type: 'lost', dir: stage.source.tree.directories.find(raw('d'))!, why: 'error' })
  stage.run()
}

test('what is written after the clock was set back is not taken for old', () => {
  const stage = owing()
  stage.clock.jump(-HOUR_MS)
  writeTwice(stage)
  expect(stage.touched).toContain('d/f')
})

test('nor is it after a restart, or when it was asked for before', () => {
  const stage = owing()
  stage.broken = `${ROOT}/d`
  stage.start()
  stage.run()
  stage.clock.jump(-HOUR_MS)
  stage.run()
  stage.disk.write(FILE, 10)
  stage.hintAt('d/f', { content: true })
  stage.run()
  stage.disk.write(FILE, 10)
  stage.touched = []
  stage.broken = undefined
  stage.run(5000) // by then the directory is read
  expect(stage.touched).toContain('d/f')
})

test('a clock that is set back by less than a second costs nothing', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.clock.jump(-900)
  stage.run()
  expect(stage.horizonMs).toBe(known)
  stage.clock.jump(-900)
  stage.run()
  expect(stage.horizonMs).toBe(stage.clock.now())
})

test('what was known before the clock was set back is not sent again, what was not is', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const [known, recent] = [raw('d/f'), raw('d/g')]
  stage.disk.create(`${ROOT}/${recent}`, 'file', { sizeBytes: 10 })
  stage.hintAt(recent, { made: true, content: true })
  stage.run()
  stage.touched = []
  stage.clock.jump(-HOUR_MS)
  stage.start()
  stage.run()
  expect(stage.touched).toContain(recent)
  expect(stage.touched).not.toContain(known)
})

test('where everything is looked at again and again, what has times of a clock that was set back is sent once more, not for ever', () => {
  const stage = new SourceStage('best-effort')
  stage.run()
  stage.clock.jump(-HOUR_MS)
  const poll = (): string[] => {
    stage.touched = []
    stage.source.hint({ type: 'tree', dir: ROOT_DIR })
    stage.run(2000)
    return stage.touched
  }
  expect(poll()).toContain('d/f')
  expect(poll()).toEqual([])
})

test('that the clock was set back shows while everything is being looked at, also when all was last known long before', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  stage.clock.advance(2 * HOUR_MS)
  stage.callMs = 5
  stage.source.hint({ type: 'tree', dir: ROOT_DIR })
  expect(stage.source.work()).toBe(true) // there is more to look at
  stage.clock.jump(-HOUR_MS)
  stage.disk.write(FILE, 10)
  const { mtimeMs, ctimeMs } = stage.disk.find(FILE)!
  stage.hintAt('d/f', { content: true })
  stage.source.work()
  Object.assign(stage.disk.find(FILE)!, { version: 0, mtimeMs, ctimeMs }) // written again within the tick, and not told of
  stage.touched = []
  stage.clock.advance(3000)
  stage.run()
  expect(stage.touched).toContain('d/f')
})
