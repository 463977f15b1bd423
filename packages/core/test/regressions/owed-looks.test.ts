import { expect, test } from 'vitest'
import type { EntryHint } from '../../src/model/hint.ts'
import type { RawPath } from '../../src/model/path.ts'
import { ROOT } from '../simulation/world/disk.ts'
import { SourceStage } from '../support/source-stage.ts'

const HINTS: readonly Partial<EntryHint>[] = [{ content: true }, { made: true }, { moved: true }, { suspectFromMs: 0 }]

test.each(HINTS)('what could not be looked at, and was hinted at with %o, is not known until it was', (hint) => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.clock.advance(3000)
  stage.broken = `${ROOT}/d/f`
  stage.hintAt('d/f', hint)
  stage.run(4000)
  expect(stage.horizonMs).toBe(known)
  stage.broken = undefined
  stage.run(5000)
  expect(stage.horizonMs).toBe(stage.clock.now())
})

test('a look that was owed for its own sake holds nothing up', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.broken = `${ROOT}/d/f`
  stage.hintAt('d/f')
  stage.run(4000)
  expect(stage.horizonMs).toBeGreaterThan(known)
})

test('a directory that could not be read after hints of it were lost is not known until it was', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const known = stage.horizonMs
  stage.clock.advance(3000)
  stage.broken = `${ROOT}/d`
  stage.source.hint({ type: 'lost', dir: stage.source.tree.directories.find('d' as RawPath)!, why: 'overflow' }) // ASCII
  stage.run(4000)
  expect(stage.horizonMs).toBe(known)
  stage.broken = undefined
  stage.run(5000)
  expect(stage.horizonMs).toBe(stage.clock.now())
})

test('what was told before a halt is looked at after it: a file may have been written and renamed, its old time set again', () => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const at = (path: string): string => `${ROOT}/${path}`
  const { mtimeMs } = stage.disk.find(at('d/f'))!
  const seen = () => stage.store.seen.list(stage.source.tree.directories.find('d' as RawPath)!) // ASCII
  const before = seen().find(({ name }) => name === 'f')!
  stage.disk.write(at('d/f'), before.sizeBytes)
  stage.disk.setAttributes(at('d/f'), { mtimeMs })
  stage.disk.rename(at('d/f'), at('d/g'))
  stage.disk.rename(at('d'), '/away')
  stage.hintAt('d/f', { content: true, moved: true })
  stage.hintAt('d/g', { moved: true })
  stage.hintAt('d', { moved: true })
  stage.run()
  expect(stage.source.halt?.code).toBe('ROOT_EMPTIED')
  stage.disk.rename('/away', at('d'))
  stage.run(5000)
  expect(stage.source.halt).toBeUndefined()
  expect(seen().find(({ name }) => name === 'g')!.content).toBeGreaterThan(before.content)
})

test.each(['entry', 'lost'] as const)('what is owed of a file goes with it when it is renamed before the look: %s', (type) => {
  const stage = new SourceStage('no-loss')
  stage.run(5000)
  const at = (path: string): string => `${ROOT}/${path}`
  const idOf = (path: string): number => stage.source.tree.directories.find(path as RawPath)! // ASCII
  stage.disk.write(at('d/f'), 10)
  stage.hintAt('d/f', { content: true })
  stage.run()
  const before = stage.store.seen.get(idOf('d'), 'f' as RawPath)!
  stage.disk.write(at('d/f'), 10) // within the same tick of the clock
  stage.broken = at(type === 'entry' ? 'd/f' : 'd')
  if (type === 'entry') stage.hintAt('d/f', { content: true })
  else stage.source.hint({ type: 'lost', dir: idOf('d'), why: 'overflow' })
  stage.run()
  stage.broken = undefined
  stage.disk.rename(at('d/f'), at('d/e/g'))
  stage.hintAt('d/f', { moved: true })
  stage.hintAt('d/e/g', { moved: true })
  stage.run()
  expect(stage.store.seen.get(idOf('d/e'), 'g' as RawPath)!.content).toBeGreaterThan(before.content)
})
