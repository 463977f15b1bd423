import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon } from '../stage/daemon.ts'
import { IS_ROOT, Stage } from '../stage/stage.ts'
import { treeState } from '../stage/tree-state.ts'
import { type Accident, added, halted, missing, running } from './scene.ts'

let stage: Stage
/** Holds the source where that is a mounted one. */
let disk: string
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

/** What may befall a source that is, or holds, a file system of its own. All of them halt with ROOT_REPLACED. */
const ACCIDENTS: readonly Accident[] = [
  {
    what: 'unmounted',
    code: 'ROOT_REPLACED',
    prepare: mountSource,
    happen: () => stage.unmount(stage.source),
    undo: () => stage.mountDisk(disk, stage.source),
  },
  {
    what: 'unmounted, with other files in the mount point',
    code: 'ROOT_REPLACED',
    prepare: () => {
      stage.fill('source/directory', 30)
      mountSource()
    },
    happen: () => stage.unmount(stage.source),
    undo: () => stage.mountDisk(disk, stage.source),
  },
  {
    what: 'mounted over by a file system in memory',
    code: 'ROOT_REPLACED',
    happen: () => {
      stage.mount(stage.source)
      stage.fill('source/directory', 30)
    },
    undo: () => stage.unmount(stage.source),
  },
  {
    what: 'mounted over by another directory',
    code: 'ROOT_REPLACED',
    happen: () => {
      stage.fill('other/directory', 30)
      stage.bind(stage.at('other'), stage.source)
    },
    undo: () => stage.unmount(stage.source),
  },
  {
    what: 'another disk than before',
    code: 'ROOT_REPLACED',
    prepare: mountSource,
    happen: () => {
      stage.unmount(stage.source)
      stage.mountDisk(stage.disk('8m'), stage.source)
      stage.fill('source/directory', 30)
    },
    undo: () => {
      stage.unmount(stage.source)
      stage.mountDisk(disk, stage.source)
    },
  },
  {
    what: 'without a disk that was mounted below it',
    code: 'ROOT_REPLACED',
    prepare: () => {
      disk = stage.disk('8m')
      stage.mountDisk(disk, stage.make('source/disk'))
      stage.fill('source/disk', 5)
    },
    happen: () => stage.unmount(stage.at('source/disk')),
    undo: () => {
      stage.mountDisk(disk, stage.at('source/disk'))
      stage.write('source/disk/meanwhile')
    },
  },
  {
    what: 'with a file system mounted over a directory in it',
    code: 'ROOT_REPLACED',
    prepare: () => stage.fill('source/covered', 5),
    happen: () => stage.mount(stage.at('source/covered')),
    undo: () => stage.unmount(stage.at('source/covered')),
  },
]

describe.skipIf(!IS_ROOT).each(ACCIDENTS)('a source that is $what', (accident) => {
  it('halts a running clsync, which goes on by itself when that is undone', async () => {
    accident.prepare?.()
    const daemon = await running(stage)
    await expectHalt(daemon, accident)
  })

  it('halts one that is started then, which goes on by itself when that is undone', async () => {
    accident.prepare?.()
    await (await running(stage)).stop()
    await expectHalt(undefined, accident)
  })

  it('is taken as it is when that is accepted', async () => {
    accident.prepare?.()
    await (await running(stage)).stop()
    accident.happen()
    stage.start(['--accept'])
    await stage.exact()
  })
})

describe.skipIf(!IS_ROOT)('a file system that is mounted over an empty directory of the source', () => {
  it('is copied, and not deleted when it is unmounted', async () => {
    stage.make('source/disk')
    const daemon = await running(stage)
    stage.mount(stage.at('source/disk'))
    stage.fill('source/disk', 5)
    await stage.exact()
    const before = treeState(stage.target)
    stage.unmount(stage.at('source/disk'))
    await halted(stage, daemon, 'ROOT_REPLACED', before)
  })
})

async function expectHalt(daemon: Daemon | undefined, { code, happen, undo }: Accident): Promise<void> {
  const before = treeState(stage.target)
  happen()
  await halted(stage, daemon ?? stage.start(), code, before)
  expect(added(stage, before)).toEqual([])
  undo()
  stage.write('source/later')
  await stage.exact()
  expect(missing(stage, before)).toEqual([])
}

function mountSource(): void {
  disk = stage.disk('8m')
  stage.mountDisk(disk, stage.source)
}
