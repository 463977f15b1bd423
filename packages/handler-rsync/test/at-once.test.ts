import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rsyncIsMissing } from '../../../e2e/stage/servers/rsyncd.ts'
import { sshdIsMissing, startSshd } from '../../../e2e/stage/servers/sshd.ts'
import { change, directory, look, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

describe.skipIf(rsyncIsMissing !== undefined)('two batches at once', () => {
  it.skipIf(sshdIsMissing !== undefined)('take turns with the shell over ssh', async () => {
    const sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
    try {
      await stage.open({ destination: `target:${stage.destination.root}`, ssh: { configFile: sshd.configFile } })
      const names = ['one', 'other', 'third']
      for (const name of names) stage.source.write(name, name)
      const results = await Promise.all(names.map((name) => stage.send([change('create', name)])))
      expect(results).toEqual(names.map(() => ({ failed: [], stale: [] })))
      expect(fs.readdirSync(stage.destination.root).toSorted()).toEqual(names)
    } finally {
      await sshd.dispose()
    }
  })

  it('leave the directory that both write into with the time that it has in the source', async () => {
    stage.source.write('d/e/first', '')
    await stage.open({ bwlimit: '300' })
    await stage.send([change('create', 'd', directory), change('create', 'd/e', directory), change('create', 'd/e/first')])
    stage.source.write('d/e/large', Buffer.alloc(900_000))
    const large = stage.send([change('create', 'd/e/large')])
    const isOnItsWay = () => fs.readdirSync(stage.destination.at('d/e')).some((name) => name.startsWith('.large.'))
    await vi.waitFor(() => expect(isOnItsWay()).toBe(true), { timeout: 10_000 })
    for (const path of ['d/small', 'd/e/small']) stage.source.write(path, '')
    await stage.send(['d/small', 'd/e/small'].map((path) => change('create', path)))
    expect(fs.existsSync(stage.destination.at('d/e/large'))).toBe(false)
    await large
    for (const path of ['d', 'd/e']) expect(look(stage.destination, path).mtimeNs).toBe(look(stage.source, path).mtimeNs)
  })
})
