import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rsyncIsMissing } from '../../../e2e/stage/servers/rsyncd.ts'
import { change, read, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

describe.skipIf(rsyncIsMissing !== undefined).each([
  ['by the directory itself', {}],
  ['by a file in it', { shell: false }],
])('another target in its place is recognised %s', (_how, options) => {
  beforeEach(async () => {
    stage.source.write('f', 'text')
    await stage.open(options)
    await stage.send([change('create', 'f')])
    fs.renameSync(stage.destination.root, `${stage.destination.root}-away`)
    fs.mkdirSync(stage.destination.root)
  })
  afterEach(() => fs.rmSync(`${stage.destination.root}-away`, { recursive: true, force: true }))

  it('while it runs: nothing is written, and it goes on when it is back', async () => {
    await expect(stage.send([change('update', 'f')])).rejects.not.toHaveProperty('code')
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
    fs.rmdirSync(stage.destination.root)
    fs.renameSync(`${stage.destination.root}-away`, stage.destination.root)
    expect(await stage.send([change('update', 'f')])).toEqual({ failed: [], stale: [] })
  })

  it('at a new start: it is refused, and taken as new when the user says so', async () => {
    await expect(stage.open(options, { isKnown: true })).rejects.toMatchObject({
      code: 'HANDLER_REFUSED',
      fix: expect.stringContaining('--accept'),
    })
    expect(fs.readdirSync(stage.destination.root)).toEqual([])
    expect((await stage.open(options, { isKnown: true, accept: true })).isNew).toBe(true)
    expect(await stage.send([change('create', 'f')])).toEqual({ failed: [], stale: [] })
    expect(read(stage.destination, 'f')).toBe('text')
    expect((await stage.open(options, { isKnown: true })).isNew).toBe(false)
  })
})
