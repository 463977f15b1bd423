import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { ROOT_DIR } from '../../src/model/entry.ts'
import type { Hint } from '../../src/model/hint.ts'
import { fromText } from '../../src/model/path.ts'
import { createFanotifyMonitor } from '../../src/monitor/fanotify.ts'
import { FAN } from '../../src/monitor/fanotify-group.ts'
import { AT, ERRNO, type Libc, loadLibc } from '../../src/monitor/libc.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { cases } from './conformance.ts'
import { noLossCases } from './no-loss.ts'
import { Scene, type SceneOptions, until } from './scene.ts'

// It watches whole file systems, which is for root alone. Loop devices and mounts are, too.
describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('fanotify', async () => {
  const libc = await loadLibc()
  let scene: Scene
  const mounted: string[] = []
  afterEach(async () => {
    await scene.follower.stop()
    for (const path of mounted.splice(0).toReversed()) if (isMounted(path)) execFileSync('umount', ['-l', path])
    await scene.close()
  })

  async function begin(options: SceneOptions = {}, calls: Libc = libc): Promise<Scene> {
    scene = new Scene(createFanotifyMonitor(calls), options)
    await scene.start()
    return scene
  }

  /** A scene whose root has something mounted on `at`, ready before it is watched. */
  async function beginOn(at: string, words: string[], calls: Libc = libc): Promise<Scene> {
    scene = new Scene(createFanotifyMonitor(calls))
    mount(at, words)
    await scene.start()
    return scene
  }

  function mount(at: string, words: string[]): string {
    const path = at === '' ? scene.root : `${scene.root}/${at}`
    fs.mkdirSync(path, { recursive: true })
    execFileSync('mount', [...words, path], { stdio: 'pipe' })
    mounted.push(path)
    return path
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

  // What older kernels do not know is answered with EINVAL.
  describe.each([
    ['before Linux 6.12', (flags: number) => flags & AT.HANDLE_MNT_ID_UNIQUE, 0],
    ['before Linux 5.17', (flags: number) => flags & (AT.HANDLE_MNT_ID_UNIQUE | AT.HANDLE_FID), FAN.RENAME],
  ])('%s', (_name, unknownFlags, unknownEvents) => {
    const older: Libc = {
      ...libc,
      nameToHandle: (at, path, handle, mountId, flags) =>
        unknownFlags(flags) === 0 ? libc.nameToHandle(at, path, handle, mountId, flags) : -ERRNO.EINVAL,
      fanotifyMark: (fd, flags, mask, directory) =>
        (mask & unknownEvents) === 0 ? libc.fanotifyMark(fd, flags, mask, directory) : -ERRNO.EINVAL,
    }
    test.each(cases.filter(({ name }) => /^(a chain of|a populated directory moved in|random changes, seed 1)/.test(name)))(
      '$name',
      async ({ before, run }) => {
        await begin(before === undefined ? {} : { before }, older)
        await run(scene)
        expect(scene.monitor.stats().losses).toBe(0)
      },
    )

    test('a file system that is mounted again under the same number is marked again', async () => {
      await beginOn('m', ['-t', 'tmpfs', 'none'], older)
      execFileSync('umount', [`${scene.root}/m`])
      mount('m', ['-t', 'tmpfs', 'none'])
      scene.follower.rescan()
      await scene.converge()
      fs.writeFileSync(`${scene.root}/m/f`, 'x')
      await scene.converge()
    })
  })

  test('our own looks, and what happens elsewhere on the file system, mean nothing', async () => {
    await begin({ before: 'mkdir d; echo x > d/f' })
    fs.readdirSync(`${scene.root}/d`)
    fs.readFileSync(`${scene.root}/d/f`)
    for (let at = 0; at < 100; at++) fs.writeFileSync(`${scene.outside}/f${at}`, 'x')
    scene.monitor.drain()
    expect(scene.follower.hints).toEqual([])
    expect(scene.monitor.stats().events).toBeGreaterThanOrEqual(100)
  })

  test('more than inotify would queue, while nobody reads, is not too much', async () => {
    await begin({ before: 'mkdir a; echo x > a/f' })
    const id = scene.follower.idAt('a')
    // More than either queue holds where it has a limit: links, as they are quickly made.
    for (let at = 0; at < 20_000; at++) fs.linkSync(`${scene.root}/a/f`, `${scene.root}/a/new${at}`)
    scene.monitor.drain()
    const told = new Set(scene.follower.hints.map((hint) => hint.type === 'entry' && hint.dir === id && hint.name))
    expect(told.size).toBe(20_000)
    await scene.follower.stop()
    expect(scene.monitor.stats().losses).toBe(0)
  })

  test('where a queue without a limit is not permitted, more than it holds is a loss that is announced, and made good', async () => {
    const unlimited = 0x30
    await begin(
      { before: 'mkdir a b' },
      { ...libc, fanotifyInit: (flags) => ((flags & unlimited) === 0 ? libc.fanotifyInit(flags) : -ERRNO.EPERM) },
    )
    const limit = Number(fs.readFileSync('/proc/sys/fs/fanotify/max_queued_events', 'latin1'))
    fs.writeFileSync(`${scene.outside}/f`, 'x')
    for (let at = 0; at <= limit; at++) fs.linkSync(`${scene.outside}/f`, `${scene.outside}/${at}`)
    fs.mkdirSync(`${scene.root}/b/new`)
    fs.writeFileSync(`${scene.root}/b/new/f`, 'x')
    await until(() => scene.follower.hints.some((hint) => hint.type === 'lost'))
    expect(scene.follower.hints).toContainEqual({ type: 'lost', dir: ROOT_DIR, why: 'overflow' } satisfies Hint)
    await scene.converge()
    await scene.touchAll()
    expect(scene.monitor.stats().losses).toBe(1)
  })

  test('a place that the kernel could not name is a loss', async () => {
    const calls: { fault?: (into: Uint8Array) => number } = {}
    await begin({}, { ...libc, read: (fd, into) => calls.fault?.(into) ?? libc.read(fd, into) })
    calls.fault = (into) => {
      delete calls.fault
      new Uint32Array(into.buffer, 0, 11).set([44, 24 << 16, FAN.CREATE, 0, 0, 0, 2 | (20 << 16), 0, 0, 0, 0xff])
      return 44
    }
    scene.monitor.drain()
    expect(scene.follower.hints).toContainEqual({ type: 'lost', dir: ROOT_DIR, why: 'unresolved' } satisfies Hint)
  })

  test('a read that a signal interrupts is made again; a descriptor that cannot be read any more is replaced, and that is a loss', async () => {
    const errors: number[] = [ERRNO.EINTR, ERRNO.EINTR]
    await begin(
      { before: 'mkdir -p a/b; echo x > a/b/f' },
      {
        ...libc,
        read: (fd, into) => {
          const error = errors.pop()
          return error === undefined ? libc.read(fd, into) : -error
        },
      },
    )
    expect(scene.monitor.stats().losses).toBe(0)
    errors.push(ERRNO.EINVAL)
    scene.monitor.drain()
    expect(scene.monitor.stats().losses).toBe(1)
    await scene.touchAll()
    expect(scene.monitor.stats().watches).toBe(3)
  })

  test('the root is unmounted: nothing of ours keeps it mounted', async () => {
    await beginOn('', ['-t', 'tmpfs', 'none'])
    execFileSync('umount', [scene.root])
    await until(() => scene.follower.hints.some((hint) => hint.type === 'root'))
    expect(scene.follower.hints.filter((hint) => hint.type === 'root')).toEqual([{ type: 'root', state: 'unmounted' }])
  })

  describe('what is mounted below the root', () => {
    test('has a mark of its own, and is told of when it is unmounted', async () => {
      await beginOn('sub/mounted', ['-t', 'tmpfs', 'none'])
      await scene.shell('mkdir -p sub/mounted/a/b; echo x > sub/mounted/a/b/f')
      await scene.converge()
      await scene.touchAll()
      const id = scene.follower.idAt('sub/mounted')
      execFileSync('umount', [`${scene.root}/sub/mounted`])
      await until(() => scene.follower.hints.some((hint) => hint.type === 'tree' && hint.dir === id))
      expect(scene.follower.warnings).toEqual([])
      await scene.converge()
    })

    test('as a bind mount is told of at both of its places', async () => {
      await begin()
      fs.mkdirSync(`${scene.root}/a`)
      mount('b', ['--bind', `${scene.root}/a`])
      for (const [id, name] of [
        [98, 'a'],
        [99, 'b'],
      ] as const)
        scene.monitor.arm(id, fromText(`${scene.root}/${name}`))
      fs.writeFileSync(`${scene.root}/b/f`, 'x')
      scene.monitor.drain()
      const told = scene.follower.hints.filter((hint) => hint.type === 'entry' && hint.name === 'f')
      expect(told.map((hint) => hint.type === 'entry' && hint.dir)).toEqual([98, 99])
    })

    test('and cannot be marked is watched by inotify, with one word about it', async () => {
      scene = new Scene(createFanotifyMonitor(libc))
      for (const name of ['lower', 'upper', 'work']) fs.mkdirSync(`${scene.outside}/${name}`)
      const layers = ['lower', 'upper', 'work'].map((name) => `${name}dir=${scene.outside}/${name}`).join(',')
      mount('merged', ['-t', 'overlay', 'overlay', '-o', layers])
      await scene.start()
      await scene.shell('mkdir -p merged/a/b; echo x > merged/a/b/f; echo y > plain')
      await scene.converge()
      await scene.shell('mv merged/a merged/z; echo more >> merged/z/b/f')
      await scene.converge()
      await scene.touchAll()
      expect(scene.follower.warnings).toHaveLength(1)
      expect(scene.follower.warnings[0]).toMatch(/merged".*file handles.*inotify/)
      expect(scene.monitor.stats()).toMatchObject({ watches: 4, losses: 0 })
    })
  })

  // Made by btrfs-progs, which not every machine has.
  describe.runIf(['/sbin', '/usr/sbin'].some((folder) => fs.existsSync(`${folder}/mkfs.btrfs`)))('btrfs', () => {
    function btrfs(): string {
      const image = `${scene.base}/image`
      fs.writeFileSync(image, '')
      fs.truncateSync(image, 128 * 1024 ** 2)
      execFileSync('mkfs.btrfs', ['-q', image], { stdio: 'pipe' })
      return image
    }

    test('is watched with its subvolumes, by the mark of its top', async () => {
      scene = new Scene(createFanotifyMonitor(libc))
      const top = mount('', ['-o', 'loop', btrfs()])
      execFileSync('btrfs', ['subvolume', 'create', `${top}/inner`], { stdio: 'pipe' })
      await scene.start()
      await scene.shell('mkdir -p inner/a; echo x > inner/a/f; echo y > f')
      await scene.converge()
      await scene.touchAll()
      expect(scene.follower.warnings).toEqual([])
    })

    test('is refused where a subvolume is mounted by itself, with the reason', async () => {
      scene = new Scene(createFanotifyMonitor(libc))
      const image = btrfs()
      const top = mount('', ['-o', 'loop', image])
      execFileSync('btrfs', ['subvolume', 'create', `${top}/inner`], { stdio: 'pipe' })
      execFileSync('umount', [top])
      mount('', ['-o', 'loop,subvol=inner', image])
      await expect(scene.start()).rejects.toMatchObject({
        code: 'MONITOR_UNAVAILABLE',
        why: expect.stringContaining('subvolume'),
      })
    })
  })

  test('two tasks share one descriptor, and each hears of its own tree', async () => {
    await begin({ before: 'mkdir a b' })
    const before = descriptors()
    const other: Monitor = createFanotifyMonitor(libc)
    const heard: Hint[] = []
    const directories = { pathOf: () => undefined, nearest: () => ({ dir: 1, exact: true }) }
    await other.start({
      ...{ root: fromText(`${scene.root}/b`), directories, warn: () => {} },
      sink: (hint) => heard.push(hint),
    })
    other.arm(ROOT_DIR, fromText(`${scene.root}/b`))
    expect(descriptors()).toBe(before)
    fs.mkdirSync(`${scene.root}/a/x`)
    fs.mkdirSync(`${scene.root}/b/y`)
    other.drain()
    expect(heard).toEqual([{ type: 'entry', dir: ROOT_DIR, name: 'y', content: false, writing: false, made: true }])
    await other.stop()
    await scene.converge()
    await scene.touchAll()
  })

  test('after stop no hint comes and no descriptor is left', async () => {
    const before = descriptors()
    await begin({ before: 'mkdir d' })
    expect(descriptors()).toBe(before + 1)
    await scene.monitor.stop()
    fs.writeFileSync(`${scene.root}/d/f`, 'x')
    scene.monitor.drain()
    expect(scene.follower.hints).toEqual([])
    expect(descriptors()).toBe(before)
  })

  test.each([
    ['fanotifyInit', ERRNO.EPERM, 'CAP_SYS_ADMIN'],
    ['fanotifyInit', ERRNO.EINVAL, '5.9'],
    ['fanotifyMark', ERRNO.EPERM, 'CAP_SYS_ADMIN'],
    ['fanotifyMark', ERRNO.EOPNOTSUPP, 'file handles'],
  ] as const)('%s that fails with %d says why', async (call, errno, why) => {
    scene = new Scene(createFanotifyMonitor({ ...libc, [call]: () => -errno }))
    const before = descriptors()
    await expect(scene.start()).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE', why: expect.stringContaining(why) })
    expect(descriptors()).toBe(before)
  })
})

function isMounted(path: string): boolean {
  return fs.readFileSync('/proc/self/mountinfo', 'latin1').includes(` ${path} `)
}

/** Of fanotify, in this process. */
function descriptors(): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[fanotify]'
    } catch {
      return false
    }
  }).length
}
