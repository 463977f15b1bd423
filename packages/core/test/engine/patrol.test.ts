import { expect, test } from 'vitest'
import { Patrol } from '../../src/engine/patrol.ts'
import type { RawPath } from '../../src/model/path.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { TreeStage } from '../tree/tree-stage.ts'

type Mounts = ReadonlyMap<RawPath, string>

function begin(scrubIntervalMs = 0, mounts: () => Mounts | undefined = () => undefined) {
  const stage = TreeStage.known(['d/f'])
  const clock = new FakeClock()
  const patrol = new Patrol({ clock, monitor: { guarantee: 'no-loss' }, pollIntervalMs: 1000, scrubIntervalMs, mounts })
  const visit = (): boolean => {
    patrol.visit(stage.tree, clock.monotonic())
    return stage.tree.hasHints
  }
  return { stage, clock, patrol, visit }
}

test('a look that could not be done is asked for once more, after a while', () => {
  const { stage, clock, patrol, visit } = begin()
  patrol.again({ type: 'entry', dir: stage.id('d'), name: 'f' as RawPath, content: true })
  expect(visit()).toBe(false)
  expect(patrol.nextAt).toBeGreaterThan(clock.monotonic())
  clock.advance(10_000)
  expect(visit()).toBe(true)
  expect(stage.look()).toEqual(['d/f entry'])
  expect(patrol.nextAt).toBeUndefined()
})

test('a directory without a watch is polled', () => {
  const { stage, clock, patrol, visit } = begin()
  patrol.addUncovered(stage.id('d'))
  stage.write('d/new')
  expect([patrol.uncovered, patrol.nextAt]).toEqual([1, 1000])
  clock.advance(1000)
  expect(visit()).toBe(true)
  expect(stage.look()).toContain('d/new entry')
})

test('everything is scrubbed again and again, or never', () => {
  const { clock, patrol } = begin(5000)
  for (let round = 0; round < 3; round++) {
    expect(patrol.isScrubDue(clock.monotonic())).toBe(false)
    clock.advance(5000)
    expect(patrol.isScrubDue(clock.monotonic())).toBe(true)
  }
  expect(begin(0).patrol.isScrubDue(1e9)).toBe(false)
})

test('a place where something was mounted and unmounted between two visits is looked at when the tree had met it', () => {
  const { stage, clock, patrol, visit } = begin(0, () => new Map())
  clock.advance(10_000)
  expect(visit()).toBe(false)
  patrol.reports.mountMet('d/f' as RawPath) // ASCII
  clock.advance(10_000)
  expect(visit()).toBe(true)
  stage.look()
  clock.advance(10_000)
  expect(visit()).toBe(false)
})

test('what lies below something that could not be looked at is not known', () => {
  const { patrol } = begin()
  const isUnknown = (path: string): boolean => patrol.isUnknown(path as RawPath) // ASCII
  expect(isUnknown('d/e/f')).toBe(false)
  patrol.addProblem('d/e' as RawPath, new Error('EACCES'))
  expect(['d/e/f', 'd/e', 'd', 'd/eg', ''].map(isUnknown)).toEqual([true, true, false, false, false])
})

test('looks that are owed are handed on when the tree is read anew', () => {
  const { stage, patrol } = begin()
  patrol.again({ type: 'entry', dir: stage.id('d'), name: 'f' as RawPath, content: true })
  expect(patrol.forget()).toMatchObject([{ type: 'entry', name: 'f', content: true }])
  expect(patrol.forget()).toEqual([])
})
