import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Stage } from './stage/stage.ts'
import { until } from './stage/until.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

it('the poll monitor hands over what changed, and not again at every interval', async () => {
  stage.fill('source/directory', 20)
  const config = {
    source: './source',
    handler: path.join(import.meta.dirname, 'stage/recorder.ts'),
    options: { file: stage.recorded },
    stateDir: './state',
    monitor: 'poll',
    pollInterval: 50,
    schedule: { delay: 0 },
  }
  fs.writeFileSync(stage.at('clsync.config.json'), JSON.stringify(config))
  const daemon = stage.run([])
  await daemon.ready()
  stage.write('source/directory/f3', 'changed')
  await until('the change', () => stage.told().includes('update directory/f3'))
  // Within a second of a change it may hide in the clock's tick, and is handed over once more; after that all is known.
  await stage.old()
  const known = stage.batches().length
  const end = Date.now() + 1000
  await until('twenty intervals', () => Date.now() > end)
  expect(stage.batches().length).toBe(known)
  expect(await daemon.stop()).toEqual({ code: 0, signal: null })
})
