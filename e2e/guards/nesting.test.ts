import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IS_ROOT, Stage } from '../stage/stage.ts'
import { treeState } from '../stage/tree-state.ts'
import { until } from '../stage/until.ts'
import { running } from './scene.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

interface Nesting {
  readonly what: string
  readonly needsRoot?: true
  readonly code: string
  /** Makes the places; returns the source and the targets, by name. */
  readonly make: () => { readonly source?: string; readonly targets: readonly string[]; readonly state?: string }
}

const IN_SOURCE = 'TARGET_OVERLAPS_SOURCE'

const NESTINGS: readonly Nesting[] = [
  { what: 'a target that is the source', code: IN_SOURCE, make: () => ({ targets: ['source'] }) },
  { what: 'a target in the source', code: IN_SOURCE, make: () => ({ targets: ['source/copy'] }) },
  { what: 'a source in the target', code: IN_SOURCE, make: () => ({ targets: ['.'] }) },
  {
    what: 'a target in the source through a link',
    code: IN_SOURCE,
    make: () => {
      fs.symlinkSync('source/directory', stage.at('link'))
      return { targets: ['link/copy'] }
    },
  },
  {
    what: 'a source in the target through a link',
    code: IN_SOURCE,
    make: () => {
      fs.symlinkSync('source/directory', stage.at('link'))
      return { source: 'link', targets: ['source'] }
    },
  },
  {
    what: 'a target in the source through a mount',
    needsRoot: true,
    code: IN_SOURCE,
    make: () => {
      stage.bind(stage.at('source/directory'), stage.target)
      return { targets: ['target'] }
    },
  },
  {
    what: 'a target that is mounted in the source, too',
    needsRoot: true,
    code: IN_SOURCE,
    make: () => {
      stage.make('target/copy')
      stage.bind(stage.target, stage.make('source/mount'))
      return { targets: ['target/copy'] }
    },
  },
  {
    what: 'a source in the target through a mount',
    needsRoot: true,
    code: IN_SOURCE,
    make: () => {
      stage.bind(stage.source, stage.make('target/mount'))
      return { targets: ['target'] }
    },
  },
  {
    what: 'a source and a target that are one disk',
    needsRoot: true,
    code: IN_SOURCE,
    make: () => {
      const disk = stage.disk('8m')
      for (const place of [stage.source, stage.target]) stage.mountDisk(disk, place)
      return { targets: ['target'] }
    },
  },
  {
    what: 'one target for two',
    code: 'TARGETS_OVERLAP',
    make: () => {
      fs.symlinkSync('target', stage.at('link'))
      return { targets: ['target', 'link'] }
    },
  },
  { what: 'targets in each other', code: 'TARGETS_OVERLAP', make: () => ({ targets: ['target/deep/one', 'target'] }) },
  {
    what: 'targets in each other through a mount',
    needsRoot: true,
    code: 'TARGETS_OVERLAP',
    make: () => {
      stage.bind(stage.make('target/deep'), stage.make('other'))
      return { targets: ['target', 'other/new'] }
    },
  },
  {
    what: 'a state directory in the source through a mount',
    needsRoot: true,
    code: 'STATE_DIR_UNUSABLE',
    make: () => {
      stage.bind(stage.source, stage.make('state'))
      return { targets: ['target'] }
    },
  },
]

it('a trash in the source is refused', async () => {
  stage.fill('source/directory', 3)
  const daemon = stage.start(['--trash', stage.at('source/directory/trash')])
  expect(await daemon.end()).toEqual({ code: 2, signal: null })
  expect(daemon.output).toContain(IN_SOURCE)
  expect(fs.existsSync(stage.at('source/directory/trash'))).toBe(false)
})

describe.each(NESTINGS.filter(({ needsRoot }) => IS_ROOT || needsRoot === undefined))('$what', ({ code, make }) => {
  it('is refused with both places, and nothing is written', async () => {
    stage.fill('source/directory', 3)
    const { source = 'source', targets } = make()
    const config = stage.at('clsync.config.json')
    const entries = targets.map((name, index) => [`t${index}`, stage.at(name)])
    stage.write('clsync.config.json', JSON.stringify({ source: stage.at(source), targets: Object.fromEntries(entries) }))
    const before = [...treeState(stage.folder).keys()]
    const daemon = stage.run(['--config', config, '--state-dir', stage.state])
    expect(await daemon.end()).toEqual({ code: 2, signal: null })
    expect(daemon.lines.at(-1)?.code ?? daemon.output).toContain(code)
    expect(daemon.output).toContain(stage.folder)
    expect(daemon.output).toMatch(/"fix":"(?:Choose|Give)/u)
    expect([...treeState(stage.folder).keys()]).toEqual(before)
  })
})

it('a target next to the source on one disk is fine, also by the name of a mount', { skip: !IS_ROOT }, async () => {
  stage.bind(stage.make('away'), stage.target)
  await running(stage)
  stage.write('source/later')
  await stage.exact()
})

describe.skipIf(!IS_ROOT)('a mount that is made while clsync runs', () => {
  it('does not copy a target into itself that has come to lie in the source', async () => {
    stage.make('source/in')
    const daemon = await running(stage)
    stage.bind(stage.target, stage.at('source/in'))
    await daemon.line('a word on it', ({ level, message }) => level === 'warn' && message.includes('is the destination itself'))
    stage.write('source/later')
    await until('what is beside it', () => fs.existsSync(stage.at('target/later')))
    expect(fs.readdirSync(stage.at('target/in'))).toEqual([])
    stage.unmount(stage.at('source/in'))
    await stage.exact()
  })
})
