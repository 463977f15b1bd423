import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Rsyncd, rsyncIsMissing, startRsyncd } from '../../../e2e/stage/servers/rsyncd.ts'
import { change, directory, failures, read, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
let rsyncd: Rsyncd | undefined
beforeAll(async () => {
  if (rsyncIsMissing === undefined) rsyncd = await startRsyncd({ directory: '/' })
})
afterAll(() => rsyncd?.dispose())
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

describe.skipIf(rsyncIsMissing !== undefined).each([
  ['a local directory', () => ({ shell: false })],
  ['a daemon', () => ({ destination: `${rsyncd!.url}${stage.destination.root}` })],
])('without a shell, at %s', (_where, options) => {
  it('nothing is deleted through a link, nor below a file', async () => {
    for (const path of ['kept', 'sub/kept', 'sub/gone', 'file']) stage.destination.write(path, 'text')
    fs.symlinkSync('.', stage.destination.at('link'))
    fs.symlinkSync('../sub', stage.destination.at('sub/back'))
    await stage.open(options())
    const gone = ['link/kept', 'sub/back/kept', 'link/sub/kept', 'file/below', 'never/there', 'sub/gone']
    expect(failures(await stage.send(gone.map((path) => change('delete', path))))).toEqual({})
    for (const path of ['kept', 'sub/kept', 'file']) expect(read(stage.destination, path)).toBe('text')
    expect(fs.readdirSync(stage.destination.at('sub')).toSorted()).toEqual(['back', 'kept'])
    expect(
      failures(
        await stage.send([change('delete', 'sub/back'), change('delete', 'sub/kept'), change('delete', 'sub', directory)]),
      ),
    ).toEqual({})
    expect(fs.existsSync(stage.destination.at('sub'))).toBe(false)
  })
})
