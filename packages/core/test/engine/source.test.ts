import { expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { RawPath } from '../../src/model/path.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { SourceStage } from '../support/source-stage.ts'

test.each(['no-loss', 'best-effort'] as const)('what was written since a scan began is not known: %s', (guarantee) => {
  const stage = new SourceStage(guarantee)
  stage.callMs = 5
  const before = stage.clock.now()
  stage.run()
  expect(stage.clock.now()).toBeGreaterThan(before + 20)
  expect(stage.horizonMs).toBeGreaterThanOrEqual(before)
  expect(stage.horizonMs).toBeLessThanOrEqual(before + 15) // the root was looked at before
})

test('where every change is told, all is known after a look at what was told, and after a silence', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  stage.source.hint({ type: 'directory', dir: ROOT_DIR })
  stage.run()
  expect(stage.horizonMs).toBe(stage.clock.now())
  stage.run(5000)
  expect(stage.horizonMs).toBe(stage.clock.now())
})

test('where changes may be lost, only a scan of everything knows them all', () => {
  const stage = new SourceStage('best-effort')
  stage.run()
  const known = stage.horizonMs
  stage.run(5000)
  stage.source.hint({ type: 'directory', dir: ROOT_DIR })
  stage.run(5000)
  expect(stage.horizonMs).toBe(known)
  stage.source.hint({ type: 'tree', dir: ROOT_DIR })
  const before = stage.clock.now()
  stage.run()
  expect(stage.horizonMs).toBe(before)
})

test('what could not be looked at is not known', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.broken = `${ROOT}/d/f`
  stage.clock.advance(3000)
  stage.hintAt('d/f', { content: true })
  stage.run()
  expect(stage.horizonMs).toBe(known)
  stage.broken = undefined
  stage.run(5000)
  expect(stage.horizonMs).toBeGreaterThan(known)
})

test('a recent file is sent again after a start although it looks the same, an old one is not', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.disk.write(`${ROOT}/d/f`, 10) // in the tick in which it was looked at, with the same size
  stage.touched = []
  stage.start()
  stage.run()
  expect(stage.touched).toContain('d/f')
  stage.run(5000)
  stage.touched = []
  stage.start()
  stage.run()
  expect(stage.touched).toEqual([])
})

test('what is hinted at is told at once to those who are copying it', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.hintAt('d/f')
  stage.source.hint({ type: 'directory', dir: stage.source.tree.directories.find('d/e' as RawPath)! })
  stage.source.hint({ type: 'root', state: 'gone' })
  expect(stage.disturbed).toEqual(['d/f', 'd/e', ''])
})

test('the root is looked at again and again, and syncing goes on by itself when it is back', () => {
  const stage = new SourceStage('no-loss')
  stage.run()
  stage.disk.rename(ROOT, '/away')
  stage.disk.mkdir(ROOT)
  stage.run(10_000)
  expect(stage.source.halt?.code).toBe('ROOT_REPLACED')
  stage.disk.exchange(ROOT, '/away')
  stage.disk.write(`${ROOT}/d/f`, 20)
  stage.run(10_000)
  expect(stage.source.halt).toBeUndefined()
  expect(stage.touched).toContain('d/f')
})

test('what has come while many were looked at is looked at before anything is sent: a directory that has gone goes as one', () => {
  const stage = new SourceStage('no-loss')
  const files = Array.from({ length: 40 }, (_, at) => `d/e/f${at}`)
  for (const path of files) stage.disk.create(`${ROOT}/${path}`, 'file', { sizeBytes: 10 })
  stage.run(5000)
  stage.touched = []
  for (const path of files.slice(0, 30)) stage.disk.remove(`${ROOT}/${path}`)
  for (const path of files.slice(0, 30)) stage.hintAt(path)
  stage.callMs = 1
  const events = [
    () => {},
    () => {
      for (const path of [...files.slice(30), 'd/e']) stage.disk.remove(`${ROOT}/${path}`)
      for (const path of [...files.slice(30), 'd/e']) stage.hintAt(path)
    },
  ]
  stage.onDrain = () => events.shift()?.()
  stage.source.work()
  expect(stage.touched.at(-1)).toBe('d/e')
  expect(stage.touched).not.toContain('d/e/f30')
})

test('what is known may be sent when everything that was told has been looked at', () => {
  const stage = new SourceStage('no-loss')
  expect(stage.source.isReady).toBe(false)
  stage.run()
  expect(stage.source.isReady).toBe(true)
  stage.hintAt('d/f')
  expect(stage.source.isReady).toBe(false)
  stage.run()
  expect(stage.source.isReady).toBe(true)
})
