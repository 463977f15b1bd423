import fs from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Stage } from './stage/stage.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

it('hands over the rename of a directory of 10 000 files as one change', async () => {
  stage.fill('source/before', 10_000)
  await stage.startRecorder().ready()
  stage.forgetRecorded()
  fs.renameSync(stage.at('source/before'), stage.at('source/after'))
  await until('the move', () => stage.told().length > 0)
  stage.write('source/last')
  await until('what came after it', () => stage.told().includes('create last'))
  expect(stage.told()).toEqual(['create last', 'move before after'])
})

it('follows a file and a directory that swap their names', async () => {
  stage.fill('source/a', 20)
  stage.write('source/b')
  const daemon = stage.start(['--delay', '100ms'])
  await daemon.ready()
  const sent = daemon.lines.length
  fs.renameSync(stage.at('source/a'), stage.at('source/between'))
  fs.renameSync(stage.at('source/b'), stage.at('source/a'))
  fs.renameSync(stage.at('source/between'), stage.at('source/b'))
  await stage.exact()
  expect(daemon.lines.length - sent).toBeLessThan(10)
})

it('follows a ring of renames', async () => {
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) stage.fill(`source/${name}`, 5)
  await stage.start(['--delay', '100ms']).ready()
  fs.renameSync(stage.at('source/a'), stage.at('source/first'))
  for (const [at, name] of names.slice(1).entries()) fs.renameSync(stage.at('source', name), stage.at('source', names[at]!))
  fs.renameSync(stage.at('source/first'), stage.at('source/d'))
  await stage.exact()
})

it('follows a rename to a name that something else had', async () => {
  stage.fill('source/directory', 5)
  stage.write('source/file')
  stage.write('source/other')
  const daemon = stage.start(['--delay', '100ms'])
  await daemon.ready()
  const sent = daemon.lines.length
  fs.rmSync(stage.at('source/file'))
  fs.renameSync(stage.at('source/directory'), stage.at('source/file'))
  fs.renameSync(stage.at('source/other'), stage.at('source/directory'))
  await stage.exact()
  expect(daemon.lines.length - sent).toBeLessThan(10)
})
