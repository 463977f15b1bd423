import fs from 'node:fs'
import type { Handler } from '@clsync/core/handler'
import { conformance, readTree, type TargetEntry, tempTree } from '@clsync/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rsyncIsMissing, startRsyncd, type Rsyncd } from '../../../e2e/stage/servers/rsyncd.ts'
import { sshdIsMissing, startSshd, type Sshd } from '../../../e2e/stage/servers/sshd.ts'
import rsync from '../src/index.ts'

/** Without a shell nothing can be renamed at the target, which the session says. */
const unmoving = { ...rsync, capabilities: { ...rsync.capabilities, moves: false } } as unknown as Handler
const moving = rsync as unknown as Handler

let sshd: Sshd | undefined
let rsyncd: Rsyncd | undefined

beforeAll(async () => {
  if (rsyncIsMissing !== undefined) return
  rsyncd = await startRsyncd()
  if (sshdIsMissing === undefined) sshd = await startSshd({ more: ['SetEnv SHLVL=2'] }) // keeps bash from reading the rc file for each run
})

afterAll(async () => {
  await sshd?.dispose()
  await rsyncd?.dispose()
})

interface Way {
  readonly name: string
  readonly handler: Handler
  readonly missing: string | undefined
  options(directory: string): object
}

let count = 0
const overSsh = (directory: string) => ({ destination: `target:${directory}`, ssh: { configFile: sshd!.configFile } })
const ways: readonly Way[] = [
  { name: 'local', handler: moving, missing: rsyncIsMissing, options: (destination) => ({ destination }) },
  {
    name: 'local, rsync alone',
    handler: unmoving,
    missing: rsyncIsMissing,
    options: (destination) => ({ destination, shell: false }),
  },
  { name: 'ssh', handler: moving, missing: rsyncIsMissing ?? sshdIsMissing, options: overSsh },
]

describe.each(ways)('conformance, $name', ({ handler, missing, options }) => {
  const target = async () => {
    const tree = tempTree()
    return {
      options: options(tree.root),
      directory: tree.root,
      read: async () => withoutMarker(readTree(tree.root)),
      dispose: async () => tree.dispose(),
    }
  }
  test.skipIf(missing !== undefined).each(conformance({ handler, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('conformance, rsync daemon', () => {
  const target = async () => {
    const name = `case${++count}`
    const directory = `${rsyncd!.directory}/${name}`
    fs.mkdirSync(directory)
    return {
      options: { destination: `${rsyncd!.url}/${name}` },
      directory,
      read: async () => withoutMarker(readTree(directory)),
      dispose: async () => fs.rmSync(directory, { recursive: true, force: true }),
    }
  }
  test.skipIf(rsyncIsMissing !== undefined).each(conformance({ handler: unmoving, target }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

/** Without a shell the target is known by a file in it. */
function withoutMarker(entries: Map<string, TargetEntry>): Map<string, TargetEntry> {
  entries.delete('.clsync-target')
  return entries
}
