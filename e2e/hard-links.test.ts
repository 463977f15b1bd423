import fs from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Stage } from './stage/stage.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

it.each([
  ['removed', () => fs.rmSync(stage.at('source/directory'), { recursive: true })],
  ['moved out', () => fs.renameSync(stage.at('source/directory'), stage.at('outside'))],
])('brings what was written through a name in a directory that was %s before anybody looked', async (_what, leave) => {
  stage.write('source/kept', 'old')
  stage.make('source/directory/below')
  fs.linkSync(stage.at('source/kept'), stage.at('source/directory/below/link'))
  const daemon = stage.start()
  await daemon.ready()
  daemon.kill('SIGSTOP')
  fs.writeFileSync(stage.at('source/directory/below/link'), 'written through the other name')
  leave()
  daemon.kill('SIGCONT')
  await stage.exact()
  expect(fs.readFileSync(stage.at('target/kept'), 'utf8')).toBe('written through the other name')
})
