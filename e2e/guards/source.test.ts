import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Stage } from '../stage/stage.ts'
import { treeState } from '../stage/tree-state.ts'
import { type Accident, added, halted, missing, running } from './scene.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

/** What may befall a source; the target must not follow. */
const ACCIDENTS: readonly Accident[] = [
  {
    what: 'emptied',
    code: 'ROOT_EMPTIED',
    happen: () => fs.renameSync(stage.at('source/directory'), stage.at('kept')),
    undo: () => {
      stage.write('kept/meanwhile')
      fs.renameSync(stage.at('kept'), stage.at('source/directory'))
    },
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
  {
    what: 'replaced by a link to another directory',
    code: 'ROOT_REPLACED',
    happen: replace(() => {
      stage.fill('other/directory', 25)
      fs.symlinkSync('other', stage.source)
    }),
    undo: moveBack,
  },
  {
    what: 'a link that leads elsewhere',
    code: 'ROOT_REPLACED',
    prepare: replace(() => fs.symlinkSync('away', stage.source)),
    happen: () => {
      stage.fill('other/directory', 25)
      fs.rmSync(stage.source)
      fs.symlinkSync('other', stage.source)
    },
    undo: () => {
      stage.write('away/meanwhile')
      fs.rmSync(stage.source)
      fs.symlinkSync('away', stage.source)
    },
  },
  {
    what: 'a link that leads nowhere any more',
    code: 'ROOT_GONE',
    refusal: 'ROOT_MISSING',
    prepare: replace(() => fs.symlinkSync('away', stage.source)),
    happen: () => fs.renameSync(stage.at('away'), stage.at('elsewhere')),
    undo: () => {
      stage.write('elsewhere/meanwhile')
      fs.renameSync(stage.at('elsewhere'), stage.at('away'))
    },
  },
]

describe.each(ACCIDENTS)('a source that is $what', (accident) => {
  it('halts a running clsync, which goes on by itself when it is back', async () => {
    prepare(accident)
    const daemon = await running(stage)
    const before = treeState(stage.target)
    accident.happen()
    await halted(stage, daemon, accident.code, before)
    expect(added(stage, before)).toEqual([])
    accident.undo()
    stage.write('source/later')
    await stage.exact()
  })

  it('stops one that is started then', async () => {
    prepare(accident)
    await (await running(stage)).stop()
    const before = treeState(stage.target)
    accident.happen()
    const daemon = stage.start()
    if (accident.refusal === undefined) await halted(stage, daemon, accident.code, before)
    else {
      expect(await daemon.end()).toEqual({ code: 2, signal: null })
      expect(daemon.output).toContain(accident.refusal)
      expect(daemon.output).toContain(stage.source)
      expect(missing(stage, before)).toEqual([])
    }
    expect(added(stage, before)).toEqual([])
    accident.undo()
    if (accident.refusal !== undefined) stage.start()
    stage.write('source/later')
    await stage.exact()
  })
})

it('takes a source as it is when that is accepted', async () => {
  const daemon = await running(stage)
  const before = treeState(stage.target)
  fs.renameSync(stage.at('source/directory'), stage.at('kept'))
  await halted(stage, daemon, 'ROOT_EMPTIED', before)
  await daemon.stop()
  stage.start(['--accept'])
  await stage.exact()
  expect(treeState(stage.target).size).toBe(0)
})

it('takes another directory in the place of the source when that is accepted', async () => {
  await (await running(stage)).stop()
  moveAway()
  stage.fill('source/new', 3)
  const daemon = stage.start(['--accept'])
  await stage.exact()
  await daemon.stop()
  await stage.start().ready()
  await stage.exact()
})

it.each(['while it runs', 'at the next start'])(
  'goes on at a source that was moved, with a link in its place, %s',
  async (when) => {
    const daemon = await running(stage)
    if (when !== 'while it runs') await daemon.stop()
    moveAway()
    fs.symlinkSync('away', stage.source)
    if (when !== 'while it runs') stage.start()
    stage.write('source/later')
    await stage.exact()
  },
)

/** The source before anything is copied. */
function prepare(accident: Accident): void {
  stage.fill('source/directory', 20)
  accident.prepare?.()
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

/** Changed while it was away: that arrives, too. */
function moveBack(): void {
  stage.write('away/meanwhile')
  fs.rmSync(stage.source, { recursive: true, force: true })
  fs.renameSync(stage.at('away'), stage.source)
}
