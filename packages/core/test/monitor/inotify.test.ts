import fs from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { Hint } from '../../src/model/hint.ts'
import { fromText } from '../../src/model/path.ts'
import { createInotifyMonitor } from '../../src/monitor/inotify.ts'
import { IN } from '../../src/monitor/inotify-queue.ts'
import { ERRNO, type Libc, loadLibc } from '../../src/monitor/libc.ts'
import { readWatchLimits } from '../../src/monitor/watch-limits.ts'
import { cases } from './conformance.ts'
import { noLossCases } from './no-loss.ts'
import { Scene, type SceneOptions, until } from './scene.ts'

describe.runIf(process.platform === 'linux')('inotify', async () => {
  const libc = await loadLibc()
  let scene: Scene
  afterEach(() => scene.close())

  async function begin(options: SceneOptions = {}, calls: Libc = libc): Promise<Scene> {
    scene = new Scene(createInotifyMonitor(calls), options)
    await scene.start()
    return scene
  }

  test.each(cases)('$name', async ({ before, run }) => {
    await begin(before === undefined ? {} : { before })
    await run(scene)
    expect(scene.follower.warnings).toEqual([])
    expect(scene.monitor.stats().losses).toBe(0)
  })

  test.each(noLossCases)('$name', async ({ before, run }) => {
    await begin(before === undefined ? {} : { before })
    await run(scene)
  })

  test('more events than the kernel queues are a loss that is announced, and made good', async () => {
    await begin({ before: 'mkdir a b; echo x > a/f; echo x > a/g' })
    flood(`${scene.root}/a`)
    fs.mkdirSync(`${scene.root}/b/new`)
    fs.writeFileSync(`${scene.root}/b/new/f`, 'x')
    await until(() => scene.follower.hints.some((hint) => hint.type === 'lost'))
    expect(scene.follower.hints).toContainEqual({ type: 'lost', dir: ROOT_DIR, why: 'overflow' } satisfies Hint)
    expect(scene.follower.hints.filter((hint) => hint.type === 'entry' && hint.dir === scene.follower.idAt('b'))).toEqual([])
    await scene.converge()
    await scene.touchAll()
    expect(scene.monitor.stats().losses).toBe(1)
  })

  test('a descriptor that cannot be read any more is replaced, and that is a loss', async () => {
    let failures = 1
    await begin(
      { before: 'mkdir -p a/b; echo x > a/b/f' },
      { ...libc, read: (fd, into) => (failures-- > 0 ? -ERRNO.EINVAL : libc.read(fd, into)) },
    )
    await until(() => failures < 0 || touched(`${scene.root}/a/b/f`))
    await scene.converge()
    await scene.touchAll()
    expect(scene.monitor.stats()).toMatchObject({ losses: 1, watches: 3 })
  })

  test('a read that a signal interrupts is made again, and nothing is lost', async () => {
    let interrupted = 3
    await begin({ before: 'mkdir d' }, { ...libc, read: (fd, into) => (interrupted-- > 0 ? -ERRNO.EINTR : libc.read(fd, into)) })
    fs.writeFileSync(`${scene.root}/d/f`, 'x')
    scene.monitor.drain()
    expect(scene.follower.hints).toHaveLength(1)
    expect(scene.monitor.stats().losses).toBe(0)
  })

  test('a directory that was unmounted is to be looked at with all that comes to light below', async () => {
    let watch = 0
    let isUnmounted = false
    await begin(
      { before: 'mkdir d' },
      {
        ...libc,
        inotifyAddWatch: (fd, path, mask) => {
          const added = libc.inotifyAddWatch(fd, path, mask)
          if (path.endsWith('/d')) watch = added
          return added
        },
        read(fd, into) {
          if (!isUnmounted) return libc.read(fd, into)
          isUnmounted = false
          new Uint32Array(into.buffer, 0, 4).set([watch, IN.UNMOUNT, 0, 0])
          return 16
        },
      },
    )
    isUnmounted = true
    scene.monitor.drain()
    expect(scene.follower.hints).toEqual([{ type: 'tree', dir: scene.follower.idAt('d') }])
  })

  describe('arm', () => {
    test('says that a directory that may not be watched has to be polled, and warns once', async () => {
      let isLocked = false
      const inotifyAddWatch: Libc['inotifyAddWatch'] = (...call) => (isLocked ? -ERRNO.EACCES : libc.inotifyAddWatch(...call))
      await begin({ before: 'mkdir d e' }, { ...libc, inotifyAddWatch })
      isLocked = true
      expect([arm(98, 'd'), arm(99, 'e')]).toEqual(['limit', 'limit'])
      expect(scene.follower.warnings).toEqual([expect.stringContaining('EACCES')])
    })

    test('says that a directory is gone when nothing, a file or a symlink is there', async () => {
      await begin({ before: 'mkdir d; echo x > file; ln -s d link' })
      for (const name of ['nothing', 'file', 'link', 'file/below']) expect(arm(99, name), name).toBe('gone')
      expect(scene.monitor.stats().watches).toBe(2)
    })

    test('one inode under two ids reports to both, until each has been disarmed', async () => {
      await begin({ before: 'mkdir d' })
      const id = scene.follower.idAt('d')
      expect(arm(99, 'd')).toBe('armed')
      expect(hintedBy('x', id, 99)).toEqual([id, 99])
      scene.monitor.disarm(99)
      expect(hintedBy('y', id, 99)).toEqual([id])
      scene.monitor.disarm(id)
      expect(hintedBy('z', id, 99)).toEqual([])
    })

    test('an id that is armed on another directory leaves the first one', async () => {
      await begin({ before: 'mkdir d e' })
      const id = scene.follower.idAt('d')
      scene.monitor.disarm(scene.follower.idAt('e'))
      const before = kernelWatches()
      expect(arm(id, 'e')).toBe('armed')
      expect(kernelWatches()).toBe(before)
      expect(hintedBy('x', id)).toEqual([])
      fs.writeFileSync(`${scene.root}/e/f`, 'x')
      scene.monitor.drain()
      expect(scene.follower.hints).toContainEqual({
        type: 'entry',
        dir: id,
        name: fromText('f'),
        content: true,
        writing: false,
        made: true,
      } satisfies Hint)
    })

    test('a removed directory needs no disarm to be forgotten', async () => {
      await begin({ before: 'mkdir d' })
      const id = scene.follower.idAt('d')
      fs.rmdirSync(`${scene.root}/d`)
      scene.monitor.drain()
      expect(scene.follower.hints).toContainEqual({ type: 'directory', dir: id } satisfies Hint)
      expect(scene.monitor.stats().watches).toBe(1)
    })

    function arm(id: number, name: string): string {
      return scene.monitor.arm(id, fromText(`${scene.root}/${name}`))
    }

    /** Which of the ids a new file in `d` is reported to. */
    function hintedBy(file: string, ...ids: number[]): number[] {
      scene.follower.hints.length = 0
      fs.writeFileSync(`${scene.root}/d/${file}`, 'x')
      scene.monitor.drain()
      return ids.filter((id) =>
        scene.follower.hints.some((hint) => hint.type === 'entry' && hint.dir === id && hint.name === fromText(file)),
      )
    }
  })

  test('after stop no hint comes and no descriptor is left', async () => {
    await begin({ before: 'mkdir d' })
    const before = inotifyDescriptors()
    await scene.monitor.stop()
    fs.writeFileSync(`${scene.root}/d/f`, 'x')
    scene.monitor.drain()
    expect(scene.follower.hints).toEqual([])
    expect(inotifyDescriptors()).toBe(before - 1)
  })
})

/** More events than a queue holds, from within this process, so that nobody reads meanwhile. Two files by turns, as the kernel merges repetitions. */
function flood(directory: string): void {
  const limit = Number(fs.readFileSync('/proc/sys/fs/inotify/max_queued_events', 'latin1'))
  for (let turn = 0; turn <= limit / 2; turn++) {
    for (const name of ['f', 'g']) fs.chmodSync(`${directory}/${name}`, turn % 2 === 0 ? 0o600 : 0o644)
  }
}

function touched(path: string): false {
  fs.appendFileSync(path, '+')
  return false
}

/** Watches that the kernel counts for this process. */
function kernelWatches(): number {
  return readWatchLimits().uses.find(({ pid }) => pid === process.pid)?.watches ?? 0
}

function inotifyDescriptors(): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:inotify'
    } catch {
      return false
    }
  }).length
}
