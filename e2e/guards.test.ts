import { execFileSync } from 'node:child_process'
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
  readonly happen: () => void
  readonly undo: () => void
}

/** What may befall a source; the target must not follow. */
const ACCIDENTS: readonly Accident[] = [
  {
    what: 'emptied',
    code: 'ROOT_EMPTIED',
    happen() {
      fs.mkdirSync(stage.at('kept'))
      for (const name of fs.readdirSync(stage.source)) fs.renameSync(stage.at('source', name), stage.at('kept', name))
    },
    undo() {
      for (const name of fs.readdirSync(stage.at('kept'))) fs.renameSync(stage.at('kept', name), stage.at('source', name))
    },
  },
  { what: 'moved away', code: 'ROOT_GONE', happen: moveAway, undo: moveBack },
  { what: 'replaced by another directory', code: 'ROOT_REPLACED', happen: replace(() => stage.fill('source', 3)), undo: moveBack },
  { what: 'replaced by an empty directory', code: 'ROOT_REPLACED', happen: replace(() => stage.make('source')), undo: moveBack },
  { what: 'replaced by a file', code: 'ROOT_GONE', happen: replace(() => stage.write('source', 'a file')), undo: moveBack },
  {
    what: 'replaced by a dangling link',
    code: 'ROOT_GONE',
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

  it('halts one that is started then, which goes on by itself when it is back', async () => {
    await (await running()).stop()
    const before = treeState(stage.target)
    accident.happen()
    await halted(stage.start(), accident.code, before)
    accident.undo()
    stage.write('source/later')
    await stage.exact()
  })
})

it('takes a source as it is when that is accepted', async () => {
  const daemon = await running()
  const before = treeState(stage.target)
  for (const name of fs.readdirSync(stage.source)) fs.rmSync(stage.at('source', name), { recursive: true })
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
    stage.mount(stage.source)
    const daemon = await running()
    const before = treeState(stage.target)
    execFileSync('mount', ['--make-private', stage.source])
    fs.mkdirSync(stage.at('aside'))
    execFileSync('mount', ['--bind', stage.source, stage.at('aside')])
    stage.unmount(stage.source)
    await halted(daemon, 'ROOT_REPLACED', before)
    execFileSync('mount', ['--bind', stage.at('aside'), stage.source])
    try {
      stage.write('source/later')
      await stage.exact()
    } finally {
      execFileSync('umount', ['--lazy', stage.source])
      execFileSync('umount', ['--lazy', stage.at('aside')])
    }
  })

  it('halts when it is started on a source that is not mounted', async () => {
    stage.mount(stage.source)
    await (await running()).stop()
    const before = treeState(stage.target)
    stage.unmount(stage.source)
    await halted(stage.start(), 'ROOT_REPLACED', before)
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
    fs.rmSync(stage.at('source/many'), { recursive: true })
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

  it('go through when they are no more than half', async () => {
    stage.fill('source/many', 150)
    stage.fill('source/rest', 200)
    await running()
    fs.rmSync(stage.at('source/many'), { recursive: true })
    await stage.exact()
  })
})

/** With a source of a few entries, copied. */
async function running(): Promise<Daemon> {
  stage.fill('source/directory', 20)
  stage.write('source/file')
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
