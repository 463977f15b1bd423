import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Daemon, LogLine } from '../stage/daemon.ts'
import { Stage } from '../stage/stage.ts'
import { type TreeState, treeState } from '../stage/tree-state.ts'
import { missing, running } from './scene.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage.dispose())

const MANY = 150

/** Ways in which most of a tree goes. Of what does not go at once, as much goes as may. */
const LOSSES = [
  { how: 'in one piece', most: 0, lose: () => fs.renameSync(stage.at('source/many'), stage.at('gone')) },
  {
    how: 'in one burst',
    most: (MANY + 23) / 2,
    lose: () => {
      for (let index = 0; index < MANY; index++) fs.rmSync(stage.at(`source/many/f${index}`))
    },
  },
] as const

/** Three starts, each of which may take its time on a machine that is busy. */
const timeout = 120_000

describe.each(LOSSES)('many deletions $how', { timeout }, ({ lose, most }) => {
  it('are held while copies go on, over a restart, until they are accepted', async () => {
    const { daemon, before } = await withMany()
    lose()
    stage.write('source/copied meanwhile')
    await expectHeld(daemon, before, most)
    await expect.poll(() => fs.existsSync(stage.at('target/copied meanwhile'))).toBe(true)
    await daemon.stop()

    const again = stage.start()
    await expectHeld(again, before, most)
    stage.write('source/copied later')
    await expect.poll(() => fs.existsSync(stage.at('target/copied later'))).toBe(true)
    await again.stop()

    stage.start(['--accept'])
    await stage.exact()
  })

  it('are held at a start, and let go when the files are back', async () => {
    const { daemon, before } = await withMany()
    fs.cpSync(stage.at('source/many'), stage.at('copy'), { recursive: true, preserveTimestamps: true })
    await daemon.stop()
    lose()
    const again = stage.start()
    await expectHeld(again, before)
    fs.rmSync(stage.at('source/many'), { recursive: true, force: true })
    fs.renameSync(stage.at('copy'), stage.at('source/many'))
    await stage.exact()
    // What is deleted now is a few, and nothing is held any more.
    fs.rmSync(stage.at('source/many/f3'))
    await stage.exact()
    expect(await again.stop()).toEqual({ code: 0, signal: null })
  })
})

describe('deletions one by one', () => {
  it('are held from the one on that is too many within the window', async () => {
    const { daemon, before } = await withMany()
    const entries = treeState(stage.target).size
    for (let index = 0; index < MANY; index++) {
      fs.rmSync(stage.at(`source/many/f${index}`))
      // The first of them arrive before the others go, however slow the machine is.
      if (index === 9) await expect.poll(() => missing(stage, before).length).toBe(10)
    }
    const notice = await daemon.line('the notice', isHeld)
    expect(notice.message).toMatch(/--accept/u)
    stage.write('source/later')
    await expect.poll(() => fs.existsSync(stage.at('target/later'))).toBe(true)
    expect(missing(stage, before).length).toBeLessThanOrEqual(entries / 2)
    expect(missing(stage, before).length).toBeGreaterThan(0)
  })
})

describe('with --once', () => {
  it('held deletions end it with 3 and a word on what to do', async () => {
    const { daemon, before } = await withMany()
    await daemon.stop()
    fs.rmSync(stage.at('source/many'), { recursive: true })
    const once = stage.start(['--once'])
    expect(await once.end()).toEqual({ code: 3, signal: null })
    expect(once.output).toContain('--accept')
    expect(missing(stage, before)).toEqual([])
  })
})

it('are not held in a tree of few entries', async () => {
  stage.fill('source/few', 60)
  await running(stage)
  fs.rmSync(stage.at('source/few'), { recursive: true })
  fs.rmSync(stage.at('source/directory/f1'))
  await stage.exact()
})

it.each([150, 5500])('go through when %i are no more than half', async (count) => {
  stage.fill('source/many', count)
  stage.fill('source/rest', count + 50)
  await running(stage)
  fs.rmSync(stage.at('source/many'), { recursive: true })
  await stage.exact()
})

async function withMany(): Promise<{ daemon: Daemon; before: TreeState }> {
  stage.fill('source/many', MANY)
  const daemon = await running(stage)
  return { daemon, before: treeState(stage.target) }
}

async function expectHeld(daemon: Daemon, before: TreeState, most = 0): Promise<void> {
  const notice = await daemon.line('the notice', isHeld)
  expect(notice.message).toMatch(/many.*--accept/u)
  expect(missing(stage, before).length).toBeLessThanOrEqual(most)
}

function isHeld({ message }: LogLine): boolean {
  return message.includes('are held')
}
