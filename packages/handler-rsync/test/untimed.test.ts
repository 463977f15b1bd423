import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rsyncIsMissing } from '../../../e2e/stage/servers/rsyncd.ts'
import { type Sshd, sshdIsMissing, startSshd } from '../../../e2e/stage/servers/sshd.ts'
import { change, directory, look, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
let sshd: Sshd | undefined
beforeAll(async () => {
  if (rsyncIsMissing === undefined && sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
})
afterAll(() => sshd?.dispose())
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

const HELD = { previousKind: 'none', content: false } as const
const moved = (from: string, path: string) => change('move', path, { ...HELD, from })
const renamed = (from: string, path: string) => change('move', path, { ...HELD, from, kind: 'directory', recursive: true })

describe.each([
  ['this process', rsyncIsMissing, () => ({ destination: stage.destination.root })],
  [
    'a shell over ssh',
    rsyncIsMissing ?? sshdIsMissing,
    () => ({ destination: `target:${stage.destination.root}`, ssh: { configFile: sshd!.configFile } }),
  ],
])('a directory that %s changed when the source had renamed the one above', (_who, missing, options) => {
  beforeEach(async (context) => {
    if (missing !== undefined) context.skip()
    await stage.open(options())
    for (const path of ['d/sub/f', 'd/sub/g']) stage.source.write(path, path)
    const made = ['d', 'd/sub'].map((path) => change('create', path, directory))
    await stage.send([...made, change('create', 'd/sub/f'), change('create', 'd/sub/g')])
    fs.renameSync(stage.source.at('d/sub/f'), stage.source.at('f'))
    fs.utimesSync(stage.source.at('d/sub'), 1000, 1000)
    fs.renameSync(stage.source.at('d'), stage.source.at('e'))
  })

  const expectTimes = () => {
    for (const path of ['e', 'e/sub']) expect(look(stage.destination, path).mtimeNs).toBe(look(stage.source, path).mtimeNs)
  }

  it('has its time once it is renamed', async () => {
    await stage.send([moved('d/sub/f', 'f')])
    await stage.send([renamed('d', 'e')])
    expectTimes()
  })

  it('has its time when both are one batch', async () => {
    await stage.send([moved('d/sub/f', 'f'), renamed('d', 'e')])
    expectTimes()
  })

  it('has its time after a restart, and when other batches come first', async () => {
    await stage.send([moved('d/sub/f', 'f')])
    await stage.send([change('update', 'f')])
    await stage.open(options(), { isKnown: true })
    await stage.send([renamed('d', 'e')])
    expectTimes()
    expect(fs.existsSync(stage.state.at('untimed'))).toBe(false)
  })

  it('has its own time although it took that of the next of its name', async () => {
    fs.mkdirSync(stage.source.at('d/sub'), { recursive: true })
    await stage.send([moved('d/sub/f', 'f')])
    await stage.send([renamed('d', 'e')])
    expectTimes()
  })

  it('is forgotten when it is deleted', async () => {
    await stage.send([moved('d/sub/f', 'f')])
    expect(fs.existsSync(stage.state.at('untimed'))).toBe(true)
    const gone = (path: string) => change('delete', path, { kind: 'directory', previousKind: 'directory', content: false })
    await stage.send([change('delete', 'd/sub/g', { content: false }), gone('d/sub'), gone('d')])
    expect(fs.existsSync(stage.state.at('untimed'))).toBe(false)
  })
})

it.skipIf(rsyncIsMissing !== undefined)(
  'a directory that waits for its time is not made again by that when it was deleted',
  async () => {
    const gone = (path: string) => change('delete', path, { kind: 'directory', previousKind: 'directory', content: false })
    await stage.open({ shell: false, marker: false })
    for (const path of ['d/sub/f', 'd/sub/g']) stage.source.write(path, path)
    await stage.send([...['d', 'd/sub'].map((path) => change('create', path, directory)), change('create', 'd/sub/f')])
    fs.renameSync(stage.source.at('d'), stage.source.at('e'))
    await stage.send([change('delete', 'd/sub/f', { content: false })])
    fs.mkdirSync(stage.source.at('d/sub'), { recursive: true })
    await stage.send([gone('d/sub'), gone('d')])
    expect(fs.existsSync(stage.destination.at('d'))).toBe(false)
    expect(fs.existsSync(stage.state.at('untimed'))).toBe(false)
  },
)
