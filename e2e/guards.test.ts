import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon, LogLine } from './stage/daemon.ts'
import { IS_ROOT, Stage } from './stage/stage.ts'
import { type TreeState, treeState } from './stage/tree-state.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

interface Accident {
  readonly what: string
  readonly code: string
  /** What a clsync that is started then says; without it, it halts with the same code. */
  readonly refusal?: string
  readonly happen: () => void
  readonly undo: () => void
}

/** What may befall a source; the target must not follow. */
const ACCIDENTS: readonly Accident[] = [
  {
    what: 'emptied',
    code: 'ROOT_EMPTIED',
    happen: () => fs.renameSync(stage.at('source/directory'), stage.at('kept')),
    undo: () => fs.renameSync(stage.at('kept'), stage.at('source/directory')),
  },
  { what: 'moved away', code: 'ROOT_GONE', refusal: 'ROOT_MISSING', happen: moveAway, undo: moveBack },
  {
    what: 'replaced by another directory',
    code: 'ROOT_REPLACED',
    happen: replace(() => stage.fill('source', 3)),
    undo: moveBack,
  },
  { what: 'replaced by an empty directory', code: 'ROOT_REPLACED', happen: replace(() => stage.make('source')), undo: moveBack },
  {
    what: 'replaced by a file',
    code: 'ROOT_GONE',
    refusal: 'ROOT_NOT_A_DIRECTORY',
    happen: replace(() => stage.write('source', 'a file')),
    undo: moveBack,
  },
  {
    what: 'replaced by a dangling link',
    code: 'ROOT_GONE',
    refusal: 'ROOT_MISSING',
    happen: replace(() => fs.symlinkSync('nowhere', stage.source)),
    undo: moveBack,
  },
]

describe.each(ACCIDENTS)('a source that is $what', (accident) => {
  it('halts a running clsync, which goes on by itself when it is back', async () => {
    const daemon = await running()
    const before = treeState(stage.target)
    accident.happen()
    await halted(daemon, accident.code, before)
    accident.undo()
    stage.write('source/later')
    await stage.exact()
  })

  it('stops one that is started then', async () => {
    await (await running()).stop()
    const before = treeState(stage.target)
    accident.happen()
    const daemon = stage.start()
    if (accident.refusal === undefined) await halted(daemon, accident.code, before)
    else {
      expect(await daemon.end()).toEqual({ code: 2, signal: null })
      expect(daemon.output).toContain(accident.refusal)
      expect(missing(before)).toEqual([])
    }
    accident.undo()
    if (accident.refusal !== undefined) stage.start()
    stage.write('source/later')
    await stage.exact()
  })
})

it('takes a source as it is when that is accepted', async () => {
  const daemon = await running()
  const before = treeState(stage.target)
  fs.renameSync(stage.at('source/directory'), stage.at('kept'))
  await halted(daemon, 'ROOT_EMPTIED', before)
  await daemon.stop()
  stage.start(['--accept'])
  await stage.exact()
  expect(treeState(stage.target).size).toBe(0)
})

it('takes another directory in the place of the source when that is accepted', async () => {
  await (await running()).stop()
  moveAway()
  stage.fill('source/new', 3)
  const daemon = stage.start(['--accept'])
  await stage.exact()
  await daemon.stop()
  await stage.start().ready()
  await stage.exact()
})

describe.skipIf(!IS_ROOT)('with mounts', () => {
  it('halts when a mounted source is unmounted, and goes on when it is mounted again', async () => {
    const disk = stage.disk('8m')
    stage.mountDisk(disk, stage.source)
    const daemon = await running()
    const before = treeState(stage.target)
    stage.unmount(stage.source)
    await halted(daemon, 'ROOT_REPLACED', before)
    stage.mountDisk(disk, stage.source)
    stage.write('source/later')
    await stage.exact()
  })

  it('halts when it is started on a source that is not mounted, and goes on when it is', async () => {
    const disk = stage.disk('8m')
    stage.mountDisk(disk, stage.source)
    await (await running()).stop()
    const before = treeState(stage.target)
    stage.unmount(stage.source)
    await halted(stage.start(), 'ROOT_REPLACED', before)
    stage.mountDisk(disk, stage.source)
    stage.write('source/later')
    await stage.exact()
  })

  it('halts when a mount below the root is unmounted', async () => {
    stage.mount(stage.make('source/disk'))
    stage.fill('source/disk', 5)
    const daemon = await running()
    const before = treeState(stage.target)
    stage.unmount(stage.at('source/disk'))
    await halted(daemon, 'ROOT_REPLACED', before)
    await daemon.stop()
    stage.start(['--accept'])
    await stage.exact()
  })

  it('halts when it is started with a mount below the root missing', async () => {
    stage.mount(stage.make('source/disk'))
    stage.fill('source/disk', 5)
    await (await running()).stop()
    const before = treeState(stage.target)
    stage.unmount(stage.at('source/disk'))
    await halted(stage.start(), 'ROOT_REPLACED', before)
  })
})

describe('many deletions', () => {
  it('are held while copies go on, until they are accepted', async () => {
    stage.fill('source/many', 150)
    const daemon = await running()
    const before = treeState(stage.target)
    // At once: of those that go one by one, as many go as may.
    fs.renameSync(stage.at('source/many'), stage.at('gone'))
    stage.write('source/copied meanwhile')
    await daemon.line('the notice', ({ message }) => message.includes('are held'))
    await expect.poll(() => fs.existsSync(stage.at('target/copied meanwhile'))).toBe(true)
    expect(missing(before)).toEqual([])
    await daemon.stop()

    const again = stage.start()
    await again.line('the notice', ({ message }) => message.includes('are held'))
    expect(missing(before)).toEqual([])
    await again.stop()

    stage.start(['--accept'])
    await stage.exact()
  })

  it.each([150, 5500])('go through when %i are no more than half', async (count) => {
    stage.fill('source/many', count)
    stage.fill('source/rest', count + 50)
    await running()
    fs.rmSync(stage.at('source/many'), { recursive: true })
    await stage.exact()
  })
})

/** With a source of one directory, so that one rename empties it, copied. */
async function running(): Promise<Daemon> {
  stage.fill('source/directory', 20)
  const daemon = stage.start()
  await daemon.ready()
  await stage.exact()
  return daemon
}

async function halted(daemon: Daemon, code: string, before: TreeState): Promise<LogLine> {
  const line = await daemon.line(`a halt with ${code}`, (each) => each.event === 'halted' && each.code === code)
  expect(missing(before)).toEqual([])
  return line
}

/** What the target does not hold any more. */
function missing(before: TreeState): string[] {
  const now = treeState(stage.target)
  return [...before.keys()].filter((path) => !now.has(path))
}

function moveAway(): void {
  fs.renameSync(stage.source, stage.at('away'))
}

function replace(put: () => void): () => void {
  return () => {
    moveAway()
    put()
  }
}

function moveBack(): void {
  fs.rmSync(stage.source, { recursive: true, force: true })
  fs.renameSync(stage.at('away'), stage.source)
}
