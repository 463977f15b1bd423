import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Stage } from './stage/stage.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

const time = (path: string): bigint => fs.lstatSync(stage.at(path), { bigint: true }).mtimeNs

it.skipIf(process.platform === 'win32')(
  'carries the time of a directory in which something came and went that is not synced',
  async () => {
    stage.write('source/directory/file')
    await stage.start().ready()
    await stage.exact()
    const before = time('source/directory')
    execFileSync('mkfifo', [stage.at('source/directory/fifo')])
    expect(time('source/directory')).not.toBe(before)
    await stage.exact()
    fs.unlinkSync(stage.at('source/directory/fifo'))
    await stage.exact()
  },
)

it('carries the time of a directory in which a file came and went before it was sent', async () => {
  stage.write('source/directory/file')
  await stage.start(['--delay', '300ms']).ready()
  for (let count = 0; count < 5; count++) {
    stage.write('source/directory/brief')
    // Long enough to be seen, too short to be sent.
    const seen = performance.now() + 50
    await until('it to be seen', () => performance.now() > seen)
    fs.unlinkSync(stage.at('source/directory/brief'))
    await stage.exact()
  }
})

it('carries the time of a directory of a file that was moved away and back', async () => {
  stage.write('source/directory/file')
  stage.make('source/other')
  await stage.start().ready()
  fs.renameSync(stage.at('source/directory/file'), stage.at('source/other/file'))
  fs.renameSync(stage.at('source/other/file'), stage.at('source/directory/file'))
  await stage.exact()
})

it('carries the time of a directory of a directory that was moved away and back', async () => {
  stage.write('source/directory/inner/file')
  stage.make('source/other')
  await stage.start().ready()
  fs.renameSync(stage.at('source/directory/inner'), stage.at('source/other/inner'))
  fs.renameSync(stage.at('source/other/inner'), stage.at('source/directory/inner'))
  await stage.exact()
})
