import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon } from '../stage/daemon.ts'
import { IS_ROOT, Stage } from '../stage/stage.ts'
import { treeState } from '../stage/tree-state.ts'
import { type Accident, running } from './scene.ts'

let stage: Stage
let disk: string
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

/** What may befall a target; nothing may be written in its place. */
const ACCIDENTS: readonly (Omit<Accident, 'code'> & { readonly needsRoot?: true })[] = [
  {
    what: 'unmounted, so that the empty mount point shows',
    needsRoot: true,
    prepare: mountTarget,
    happen: () => stage.unmount(stage.target),
    undo: () => stage.mountDisk(disk, stage.target),
  },
  {
    what: 'another disk than before',
    needsRoot: true,
    prepare: mountTarget,
    happen: () => {
      stage.unmount(stage.target)
      stage.mountDisk(stage.disk('16m'), stage.target)
      stage.write('target/other')
    },
    undo: () => {
      stage.unmount(stage.target)
      stage.mountDisk(disk, stage.target)
    },
  },
  {
    what: 'mounted over',
    needsRoot: true,
    happen: () => stage.mount(stage.target),
    undo: () => stage.unmount(stage.target),
  },
  {
    what: 'moved away',
    happen: () => fs.renameSync(stage.target, stage.at('away')),
    undo: () => fs.renameSync(stage.at('away'), stage.target),
  },
  {
    what: 'replaced by another directory',
    happen: () => {
      fs.renameSync(stage.target, stage.at('away'))
      stage.write('target/other')
    },
    undo: putBack,
  },
  {
    what: 'replaced by a link to another directory',
    happen: () => {
      fs.renameSync(stage.target, stage.at('away'))
      stage.write('elsewhere/other')
      fs.symlinkSync('elsewhere', stage.target)
    },
    undo: putBack,
  },
  {
    what: 'replaced by a file',
    happen: () => {
      fs.renameSync(stage.target, stage.at('away'))
      stage.write('target', 'a file')
    },
    undo: putBack,
  },
]

describe.each(ACCIDENTS.filter(({ needsRoot }) => IS_ROOT || needsRoot === undefined))('a target that is $what', (accident) => {
  const { prepare, happen, undo } = accident

  it('gets nothing while clsync runs, and catches up by itself', async () => {
    prepare?.()
    const daemon = await running(stage)
    happen()
    const before = inPlace()
    stage.write('source/meanwhile')
    fs.rmSync(stage.at('source/directory/f3'))
    await told(daemon)
    expect(inPlace()).toEqual(before)
    undo()
    await stage.exact()
  })

  it('gets nothing from one that is started then, which says what to do', async () => {
    prepare?.()
    await (await running(stage)).stop()
    happen()
    const before = inPlace()
    stage.write('source/meanwhile')
    fs.rmSync(stage.at('source/directory/f3'))
    const daemon = stage.start()
    expect(await daemon.end()).toEqual({ code: 3, signal: null })
    const halt = daemon.lines.find(({ event }) => event === 'halted')
    expect(halt).toMatchObject({ code: 'HANDLER_REFUSED', target: 'mirror' })
    expect(halt?.message).toContain(stage.target)
    expect(inPlace()).toEqual(before)
    undo()
    stage.start()
    await stage.exact()
  })
})

it('is met anew where another one is accepted, and keeps what is in it', async () => {
  await (await running(stage)).stop()
  fs.renameSync(stage.target, stage.at('away'))
  stage.write('target/other')
  const daemon = stage.start(['--accept'])
  await daemon.ready()
  const held = treeState(stage.target)
  for (const name of treeState(stage.source).keys()) expect(held.has(name)).toBe(true)
  expect(held.has('other')).toBe(true)
  expect(daemon.output).toContain('1 entry that the source lacks')
})

describe('of several targets', () => {
  it.each(['at the start', 'while it runs'])('one that is wrong %s does not keep the others', async (when) => {
    const other = stage.make('other')
    stage.fill('source/directory', 20)
    stage.write('clsync.config.json', JSON.stringify({ source: stage.source, targets: { one: stage.target, other } }))
    const args = ['--config', stage.at('clsync.config.json'), '--state-dir', stage.state]
    let daemon = stage.run(args)
    await daemon.ready()
    if (when === 'at the start') await daemon.stop()
    fs.renameSync(stage.target, stage.at('away'))
    fs.mkdirSync(stage.target)
    if (when === 'at the start') daemon = stage.run(args)
    stage.write('source/later')
    fs.rmSync(stage.at('source/directory/f3'))
    await stage.exact(other)
    await told(daemon, 'one')
    expect(fs.readdirSync(stage.target)).toEqual([])
    putBack()
    // Refused for good at a start, as the handler has said; tried again while it runs.
    if (when === 'at the start') {
      expect(await daemon.stop()).toEqual({ code: 0, signal: null })
      stage.run(args)
    }
    await stage.exact()
  })
})

async function told(daemon: Daemon, target = 'mirror'): Promise<void> {
  const line = await daemon.line(
    'a word on the target',
    (each) => each.target === target && (each.level === 'warn' || each.level === 'error'),
  )
  expect(line.message).toContain(stage.target)
}

/** What lies where the target was. */
function inPlace(): string[] {
  const stat = fs.statSync(stage.target, { throwIfNoEntry: false })
  return stat === undefined
    ? []
    : stat.isDirectory()
      ? fs.readdirSync(stage.target).toSorted()
      : [fs.readFileSync(stage.target, 'utf8')]
}

function putBack(): void {
  fs.rmSync(stage.target, { recursive: true, force: true })
  fs.renameSync(stage.at('away'), stage.target)
}

function mountTarget(): void {
  disk = stage.disk('8m')
  stage.mountDisk(disk, stage.target)
  fs.rmdirSync(stage.at('target/lost+found'))
}
