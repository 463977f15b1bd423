import fs from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { Hint } from '../../src/model/hint.ts'
import { fromText } from '../../src/model/path.ts'
import { backendOf, loadSubscribe, type ParcelEvent, type Subscribe } from '../../src/monitor/parcel-library.ts'
import { createParcelMonitor } from '../../src/monitor/parcel.ts'
import { cases } from './conformance.ts'
import { Scene, type SceneOptions, until } from './scene.ts'

const backend = backendOf(process.platform)

describe.runIf(backend !== undefined)('parcel', async () => {
  const subscribe = await loadSubscribe()
  let scene: Scene
  afterEach(() => scene.close())

  async function begin(options: SceneOptions = {}, how: Subscribe = subscribe): Promise<Scene> {
    scene = new Scene(createParcelMonitor({ backend: backend!, subscribe: how, clock: systemClock }), options)
    await scene.start()
    return scene
  }

  test.each(cases)('$name', async ({ before, racy, run }) => {
    await begin({ verify: racy === true, ...(before === undefined ? {} : { before }) })
    await run(scene)
    expect(scene.follower.warnings).toEqual([])
  })

  test('a name that it cannot tell is a look at the directory, or at the tree where it is on the way', async () => {
    await begin({ before: "mkdir -p d $'e\\xff/in'; echo x > $'e\\xff/in/f'" })
    await scene.shell("echo x > $'d/f\\xff'")
    await until(() => scene.follower.hints.length > 0)
    expect(scene.follower.hints).toEqual([{ type: 'directory', dir: scene.follower.idAt('d') } satisfies Hint])
    await scene.converge()
    await scene.shell("echo y >> $'e\\xff/in/f'")
    await until(() => scene.follower.hints.length > 1)
    expect(scene.follower.hints.slice(1)).toEqual([{ type: 'tree', dir: ROOT_DIR } satisfies Hint])
    await scene.converge()
  })

  test('an event in a directory that the tree does not know is a look at the deepest one that it does', async () => {
    let receive: ((error: Error | null, events: readonly ParcelEvent[]) => void) | undefined
    await begin({ before: 'mkdir -p d' }, (root, tell, options) => subscribe(root, (receive = tell), options))
    const event = (name: string): ParcelEvent => ({ path: `${scene.root}/${name}`, type: 'delete' })
    receive!(null, [event('d/unknown/f'), event('d/unknown/g'), event('d/f'), { path: '/elsewhere', type: 'update' }])
    const d = scene.follower.idAt('d')
    expect(scene.follower.hints).toEqual([
      { type: 'tree', dir: d },
      { type: 'entry', dir: d, name: 'f', content: true },
      { type: 'lost', dir: ROOT_DIR, why: 'unresolved' },
    ])
  })

  test('a root that is removed is said to be gone', async () => {
    await begin()
    await scene.shell('rm -rf "$PWD"')
    await until(() => scene.follower.hints.some((hint) => hint.type === 'root'))
    expect(scene.follower.hints).toContainEqual({ type: 'root', state: 'gone' } satisfies Hint)
  })

  test('dropped events are a loss, together with the events that came with them', async () => {
    let receive: ((error: Error | null, events: readonly ParcelEvent[]) => void) | undefined
    await begin({}, (root, tell, options) => subscribe(root, (receive = tell), options))
    receive!(new Error('Events were dropped by the kernel. File system must be re-scanned.'), [
      { path: `${scene.root}/f`, type: 'create' },
    ])
    expect(scene.follower.hints).toEqual([
      { type: 'lost', dir: ROOT_DIR, why: 'overflow' },
      { type: 'entry', dir: ROOT_DIR, name: 'f', content: true },
    ])
  })

  test('an error ends the subscription, so it subscribes again', async () => {
    let receive: ((error: Error | null, events: readonly ParcelEvent[]) => void) | undefined
    let subscriptions = 0
    await begin({}, async (root, tell, options) => {
      subscriptions++
      return subscribe(root, (receive = tell), options)
    })
    receive!(new Error('Unable to poll'), [])
    await until(() => subscriptions === 2 && scene.monitor.stats().losses === 2)
    expect(scene.follower.hints).toEqual([
      { type: 'lost', dir: ROOT_DIR, why: 'error' },
      { type: 'lost', dir: ROOT_DIR, why: 'error' },
    ])
    await scene.shell('echo x > f')
    await scene.converge()
  })

  test('directories that vanish while it subscribes make it try again', async () => {
    let failures = 3
    await begin({}, async (root, tell, options) => {
      if (failures-- > 0) throw new Error(`inotify_add_watch on '${root}/gone' failed: No such file or directory`)
      return subscribe(root, tell, options)
    })
    await scene.shell('echo x > f')
    await scene.converge()
    expect(failures).toBe(-1)
  })

  test('any other refusal is an error with a way out, and the want of watches with the numbers', async () => {
    const start = (reason: string): Promise<Scene> => begin({}, () => Promise.reject(new Error(reason)))
    await expect(start('Bad file descriptor')).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE', why: 'Bad file descriptor' })
    await scene.close()
    await expect(start('inotify_add_watch failed: No space left on device')).rejects.toMatchObject({
      code: 'MONITOR_UNAVAILABLE',
      fix: expect.stringContaining('sysctl'),
    })
  })

  test('stop resolves although the library rejects, and no hint comes after', async () => {
    let receive: ((error: Error | null, events: readonly ParcelEvent[]) => void) | undefined
    await begin({}, async (root, tell, options) => {
      const subscription = await subscribe(root, (receive = tell), options)
      return {
        async unsubscribe() {
          await subscription.unsubscribe()
          throw new Error('Unable to remove watcher: Invalid argument')
        },
      }
    })
    await scene.monitor.stop()
    receive!(null, [{ path: `${scene.root}/f`, type: 'create' }])
    expect(scene.follower.hints).toEqual([])
  })

  test.runIf(process.platform === 'linux')('a root whose path is not UTF-8 is refused', async () => {
    await begin()
    const path = Buffer.from(`${scene.outside}/\u00ff`, 'latin1')
    fs.mkdirSync(path)
    const monitor = createParcelMonitor({ backend: backend!, subscribe, clock: systemClock })
    const start = monitor.start({
      root: fromText(`${scene.outside}/\uDCFF`),
      directories: scene.follower,
      sink() {},
      warn() {},
    })
    await expect(start).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' })
  })
})
