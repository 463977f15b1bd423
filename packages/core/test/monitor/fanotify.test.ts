import { afterEach, describe, expect, test } from 'vitest'
import { createFanotifyMonitor } from '../../src/monitor/fanotify.ts'
import { type Libc, loadLibc } from '../../src/monitor/libc.ts'
import { cases } from './conformance.ts'
import { Scene, type SceneOptions } from './scene.ts'

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('fanotify', async () => {
  const libc = await loadLibc()
  let scene: Scene
  afterEach(() => scene.close())

  async function begin(options: SceneOptions = {}, calls: Libc = libc): Promise<Scene> {
    scene = new Scene(createFanotifyMonitor(calls), options)
    await scene.start()
    return scene
  }

  test.each(cases)('$name', async ({ before, run }) => {
    await begin(before === undefined ? {} : { before })
    await run(scene)
    expect(scene.follower.warnings).toEqual([])
    expect(scene.monitor.stats().losses).toBe(0)
  })
})
