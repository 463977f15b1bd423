import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canMount, change, directory, mirrorStage, type MirrorStage, unmount } from './mirror-stage.ts'

let stage: MirrorStage
beforeEach(() => {
  stage = mirrorStage()
})
afterEach(() => stage.dispose())

describe.skipIf(!canMount)('by a mount made meanwhile', () => {
  test('a destination within the source is not copied into itself', async () => {
    stage.source.makeDirectory('in')
    stage.destination.write('kept', 'text')
    await stage.open()
    execFileSync('mount', ['--bind', stage.destination.root, `${stage.source.root}/in`])
    try {
      const { failed } = await stage.send([change('create', 'in', directory), change('create', 'in/kept')])
      expect(failed).toEqual([
        { path: 'in', error: expect.objectContaining({ message: expect.stringContaining('itself') as string }) as Error },
      ])
      expect(fs.readdirSync(stage.destination.root)).toEqual(['kept'])
    } finally {
      unmount(`${stage.source.root}/in`)
    }
  })

  test('a source within the destination is not written to', async () => {
    stage.source.write('d/f', 'text')
    stage.source.write('f', 'mine')
    stage.destination.makeDirectory('d')
    await stage.open()
    execFileSync('mount', ['--bind', stage.source.root, `${stage.destination.root}/d`])
    try {
      const { failed = [] } = await stage.send([change('create', 'd', directory), change('create', 'd/f')])
      expect(failed.map(({ path }) => path)).toEqual(['d', 'd/f'])
      expect(fs.readFileSync(`${stage.source.root}/f`, 'utf8')).toBe('mine')
    } finally {
      unmount(`${stage.destination.root}/d`)
    }
  })
})
