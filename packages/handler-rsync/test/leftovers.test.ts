import fs from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Rsyncd, rsyncIsMissing, startRsyncd } from '../../../e2e/stage/servers/rsyncd.ts'
import { type Sshd, sshdIsMissing, startSshd } from '../../../e2e/stage/servers/sshd.ts'
import { TempNames, tempsOf } from '../src/temp-names.ts'
import { Unfinished } from '../src/unfinished.ts'
import { change, directory, rsyncStage, type RsyncStage } from './rsync-stage.ts'

let stage: RsyncStage
let sshd: Sshd | undefined
let rsyncd: Rsyncd | undefined
beforeAll(async () => {
  if (rsyncIsMissing !== undefined) return
  if (sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] })
  rsyncd = await startRsyncd({ directory: '/' })
})
afterAll(async () => {
  await sshd?.dispose()
  await rsyncd?.dispose()
})
beforeEach(() => (stage = rsyncStage()))
afterEach(() => stage.dispose())

const NAMES = Array.from({ length: 20 }, (_, at) => `f${at}`)
const OURS = '.clsync-00000000000000.tmp'
const there = (path = '') => fs.readdirSync(stage.destination.at(path)).toSorted()

/** A run of rsync for twenty files in `d`, so that it is written down. */
async function send(): Promise<void> {
  for (const name of NAMES) stage.source.write(`d/${name}`, name)
  await stage.send([change('create', 'd', directory), ...NAMES.map((name) => change('create', `d/${name}`))])
}

describe.skipIf(rsyncIsMissing !== undefined).each([
  ['a local directory', undefined, () => ({})],
  ['ssh', sshdIsMissing, () => ({ destination: `target:${stage.destination.root}`, ssh: { configFile: sshd!.configFile } })],
  ['a daemon', undefined, () => ({ destination: `${rsyncd!.url}${stage.destination.root}`, marker: false })],
])('at %s, of what a crash left', (_where, missing, options) => {
  beforeEach(async (context) => {
    if (missing !== undefined) return context.skip()
    await stage.open(options())
    await send()
  })

  it('goes what rsync had on its way, and nothing else', async () => {
    const left = ['.f3.Ab12Cd', '.f4.zzzzzz', '.f5.123', '.\n.000000']
    const kept = ['.other.Ab12Cd', '.f3.Ab12C', '.f3.Ab12Cd~', 'f3.Ab12Cd', '.f6.abcdef', '.f7.abcdef/file']
    for (const path of kept) stage.destination.write(`d/${path}`, '')
    stage.source.write('d/.f6.abcdef', 'of the source')
    stage.destination.write('.f3.Ab12Cd', 'elsewhere')
    for (const name of left.slice(0, 2)) stage.destination.write(`d/${name}`, '')
    fs.symlinkSync('f4', stage.destination.at(`d/${left[2]}`))
    stage.crash()
    await stage.open(options())
    stage.source.write('other', '')
    await stage.send([change('create', 'other')])
    expect(there('d').filter((name) => !NAMES.includes(name))).toEqual(kept.map((path) => path.replace(/\/.*/u, '')).toSorted())
    expect(there()).toContain('.f3.Ab12Cd')
  })

  it('stays what lay there before', async () => {
    const old = stage.destination.at('d/.f3.Ab12Cd')
    fs.writeFileSync(old, 'of a user')
    fs.utimesSync(old, 1_000_000_000, 1_000_000_000)
    const { ctimeMs } = fs.statSync(old)
    await vi.waitFor(() => expect(Math.floor(Date.now() / 1000)).toBeGreaterThan(Math.floor(ctimeMs / 1000)), { timeout: 3000 })
    await send()
    stage.crash()
    await stage.open(options())
    await send()
    expect(there('d')).toContain('.f3.Ab12Cd')
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('of what was left', () => {
  it('goes what a run that is killed in this process leaves, before anything else', async () => {
    stage.source.write('big', Buffer.alloc(3_000_000))
    await stage.open({ bwlimit: '100' })
    const sent = stage.send([change('create', 'big')])
    const isTemp = (name: string): boolean => name.startsWith('.big.')
    await vi.waitFor(() => expect(there().some(isTemp)).toBe(true), { timeout: 10_000 })
    const [pid] = fs.readFileSync(stage.state.at('processes'), 'latin1').split(' ')
    process.kill(-Number(pid), 'SIGKILL')
    await expect(sent).rejects.toThrow(/a signal/u)
    expect(there().some(isTemp)).toBe(true)
    stage.source.write('small', 'text')
    await stage.send([change('create', 'small')])
    expect(there()).toEqual(['small'])
  })

  it('stays what may belong to a run that goes on', async () => {
    // So long that their temporary files have the same name but for its end.
    const [one, other] = ['1', '2'].map((end) => 'x'.repeat(250) + end) as [string, string]
    for (const name of [one, other]) stage.source.write(name, Buffer.alloc(1_500_000))
    await stage.open({ bwlimit: '300' })
    const arrive = (count: number) => vi.waitFor(() => expect(there()).toHaveLength(count), { timeout: 10_000 })
    const goesOn = stage.send([change('create', one)])
    await arrive(1)
    const breaksOff = stage.send([change('create', other)])
    await arrive(2)
    const last = fs.readFileSync(stage.state.at('processes'), 'latin1').trim().split('\n').at(-1)!
    process.kill(-Number(last.split(' ')[0]), 'SIGKILL')
    await expect(breaksOff).rejects.toThrow(/a signal/u)
    stage.source.write('small', '')
    await stage.send([change('create', 'small')])
    expect(await goesOn).toEqual({ failed: [], stale: [] })
    await stage.send([change('create', 'small')])
    expect(there()).toEqual(['small', one])
  })

  it('goes what we had on its way ourselves, where it was', async () => {
    stage.source.write('d/f', 'text')
    await stage.open()
    await stage.send([change('create', 'd', directory), change('create', 'd/f')])
    for (const path of [`d/${OURS}`, `e/${OURS}`, 'd/.clsync-of-somebody.tmp']) stage.destination.write(path, 'half')
    stage.crash()
    await stage.open()
    expect(there('d')).toEqual(['.clsync-of-somebody.tmp', 'f'])
    expect(there('e')).toEqual([OURS])
  })

  it('goes what waits in a directory that is renamed', async () => {
    await stage.open()
    await send()
    stage.crash()
    // What is left cannot be removed at first.
    const unfinished = new Unfinished(stage.state.root)
    unfinished.follow('d', 'e/d')
    unfinished.follow('e', 'g')
    fs.mkdirSync(stage.destination.at('g'))
    fs.renameSync(stage.destination.at('d'), stage.destination.at('g/d'))
    stage.destination.write('g/d/.f3.Ab12Cd', '')
    await stage.open()
    expect(there('g/d')).toEqual([...NAMES].toSorted())
  })
})

describe.skipIf(rsyncIsMissing !== undefined)('of what was left at a daemon', () => {
  const options = (more: object = {}) => ({ destination: `${rsyncd!.url}${stage.destination.root}`, marker: false, ...more })
  const deep = (levels: number) => Array.from({ length: levels }, (_, at) => `${at}${'long'.repeat(60)}`).join('/')

  it('goes what lies below long names', async () => {
    await stage.open(options())
    for (const path of [deep(4), deep(14)]) stage.source.write(`${path}/f`, '')
    await stage.send([deep(4), deep(14)].map((path) => change('create', `${path}/f`)))
    stage.destination.write(`${deep(14)}/.f.Ab12Cd`, '')
    stage.crash()
    await stage.open(options())
    await stage.send([change('update', `${deep(4)}/f`)])
    expect(there(deep(14))).toEqual(['f'])
  })

  it('stays what rsync does not list, with a warning', async () => {
    const script = `${stage.state.root}/rsync`
    fs.writeFileSync(script, '#!/bin/sh\ncase "$*" in *--list-only*) exit 4;; esac\nexec rsync "$@"\n', { mode: 0o755 })
    await stage.open(options({ rsyncPath: script }))
    await send()
    stage.crash()
    await stage.open(options({ rsyncPath: script }))
    await send()
    await send()
    expect(stage.warnings).toEqual([expect.stringContaining('temporary files may be left')])
  })
})

describe('what is unfinished', () => {
  it('is known after a crash, and not after an orderly end', () => {
    const work = { directories: ['a'], paths: [['b/c']] as const, sinceS: 7 }
    const first = new Unfinished(stage.state.root)
    first.begin(work)
    expect(new Unfinished(stage.state.root).left).toEqual([work])
    first.end(work)
    first.close()
    expect(new Unfinished(stage.state.root).left).toEqual([])
  })

  it('stays known until it is cleared, once however often it fails', () => {
    const work = (sinceS: number) => ({ directories: [], paths: [['b/c']] as const, sinceS })
    const first = new Unfinished(stage.state.root)
    for (const sinceS of [7, 8]) {
      const one = work(sinceS)
      first.begin(one)
      first.leave(one)
    }
    expect(first.left).toEqual([work(7)])
    first.close()
    const second = new Unfinished(stage.state.root)
    expect(second.left).toEqual([work(7)])
    for (const each of second.left) second.cleared(each)
    second.close()
    expect(new Unfinished(stage.state.root).left).toEqual([])
  })

  it('is nothing when the record was cut off', () => {
    stage.state.write('unfinished', '[{"directories":["a')
    expect(new Unfinished(stage.state.root).left).toEqual([])
  })
})

describe('a temporary file', () => {
  const isTemp = (path: string, name: string): boolean =>
    tempsOf({ directories: [], paths: [[path]], sinceS: 0 }, '')({ name, changedS: 1, isMtime: false })

  it.each([
    ['name', '.name.Ab12Cd'],
    ['name', '.name.7'],
    ['.hidden', '.hidden.Ab12Cd'],
    ['dot.', '.dot.Ab12Cd'],
    ['new\nline', '.new\nline.Ab12Cd'],
    ['x'.repeat(255), `.${'x'.repeat(246)}.Ab12Cd`],
    [`${'x'.repeat(245)}\u00c3\u00a9end`, `.${'x'.repeat(245)}.Ab12Cd`],
  ])('of rsync is recognised: %j', (path, name) => {
    expect(isTemp(path, name)).toBe(true)
  })

  it.each([
    ['name', '.name.Ab12C'],
    ['name', '.other.Ab12Cd'],
    ['name', 'name.Ab12Cd'],
    ['d/name', '.name.Ab12Cd'],
    ['name', '.name.1234567'],
  ])('of somebody else is not: %j', (path, name) => {
    expect(isTemp(path, name)).toBe(false)
  })

  it('of ours is recognised only where one was on its way', () => {
    const entry = { name: new TempNames().next(), changedS: 1, isMtime: false }
    const work = { directories: ['a'], paths: [], sinceS: 5 }
    expect(tempsOf(work, 'a')(entry)).toBe(true)
    expect(tempsOf(work, 'b')(entry)).toBe(false)
  })

  it('has a time: since the work began, or that of its file where nothing better is known', () => {
    const isOne = tempsOf({ directories: [], paths: [['f', 100]], sinceS: 1000 }, '')
    const at = (changedS: number, isMtime: boolean) => isOne({ name: '.f.Ab12Cd', changedS, isMtime })
    expect([at(1000, false), at(1000, true), at(100, true)]).toEqual([true, true, true])
    expect([at(999, false), at(100, false), at(999, true)]).toEqual([false, false, false])
  })
})
