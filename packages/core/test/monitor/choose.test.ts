import { expect, test } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { ClsyncError } from '../../src/model/error.ts'
import { fromText } from '../../src/model/path.ts'
import { ERRNO, loadLibc } from '../../src/monitor/libc.ts'
import { type ChooseOptions, chooseMonitor } from '../../src/monitor/choose.ts'

const EXT4 = 0xef53
const NOWHERE = {
  root: fromText(import.meta.dirname),
  directories: { pathOf: () => undefined, nearest: () => ({ dir: 1, exact: false }) },
  sink() {},
  warn() {},
}

function choose(options: Partial<ChooseOptions>): ReturnType<typeof chooseMonitor> {
  return chooseMonitor({
    requested: 'auto',
    root: fromText(import.meta.dirname),
    platform: 'linux',
    fileSystemType: EXT4,
    clock: systemClock,
    pollIntervalMs: 1000,
    ...options,
  })
}

function unavailable(what: string): () => Promise<never> {
  return () => Promise.reject(new ClsyncError('MONITOR_UNAVAILABLE', { message: `${what} cannot be loaded.`, why: 'No binary.' }))
}

const load = { libc: unavailable('The FFI'), subscribe: unavailable('The library') }
const subscribe = { subscribe: () => Promise.resolve(async () => ({ async unsubscribe() {} })) }

test.runIf(process.platform === 'linux')('on Linux it is inotify, which loses nothing', async () => {
  const { monitor, why } = await choose({})
  expect([monitor.name, monitor.guarantee]).toEqual(['inotify', 'no-loss'])
  expect(why).toContain('Linux')
})

test.runIf(process.platform === 'linux')('where fanotify is refused it is inotify, with the reason', async () => {
  const libc = { ...(await loadLibc()), fanotifyInit: () => -ERRNO.EPERM }
  const options = { manyDirectories: 1, load: { libc: () => Promise.resolve(libc) } }
  const { monitor, why } = await choose(options)
  expect(monitor.name).toBe('inotify')
  expect(why).toContain('CAP_SYS_ADMIN')
  // Asked for by name it is an error, which the start tells.
  const named = await choose({ ...options, requested: 'fanotify' })
  expect(() => named.monitor.start(NOWHERE)).toThrow(expect.objectContaining({ code: 'MONITOR_UNAVAILABLE' }))
})

test.runIf(process.platform === 'linux')('where fanotify can be had, the number of directories decides', async () => {
  // Takes every mark, as root's kernel would.
  const libc = { ...(await loadLibc()), fanotifyInit: () => 1000, fanotifyMark: () => 0, close: () => 0 }
  const load = { libc: () => Promise.resolve({ ...libc, whenReadable: () => ({ close() {} }) }) }
  const { monitor, why } = await choose({ manyDirectories: 1, load })
  expect([monitor.name, monitor.guarantee]).toEqual(['fanotify', 'no-loss'])
  expect(why).toContain('1 directories or more')
  const few = await choose({ manyDirectories: 1000, load })
  expect(few.monitor.name).toBe('inotify')
  expect(few.why).toContain('fewer than 1000 directories')
})

test('without the FFI it is parcel on Linux, and says why', async () => {
  const { monitor, why } = await choose({ load: { libc: load.libc, ...subscribe } })
  expect([monitor.name, monitor.guarantee]).toEqual(['parcel', 'best-effort'])
  expect(why).toBe('The FFI cannot be loaded. No binary.')
})

test('without any native part it polls, and says why', async () => {
  const { monitor, why } = await choose({ load })
  expect(monitor.name).toBe('poll')
  expect(why).toContain('The FFI cannot be loaded. No binary. The library cannot be loaded.')
})

test.each(['darwin', 'win32', 'freebsd'] as const)('on %s it is parcel', async (platform) => {
  const { monitor } = await choose({ platform, load: subscribe })
  expect(monitor.name).toBe('parcel')
})

test('where no watcher exists it polls', async () => {
  const { monitor, why } = await choose({ platform: 'aix' })
  expect(monitor.name).toBe('poll')
  expect(why).toContain('aix')
})

test.each([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  // A 32-bit system gives the same number as negative.
  [0xff534d42 | 0, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x786f4256, 'VirtualBox'],
  [0x00c36400, 'Ceph'],
])('on the network file system %d (%s) it polls', async (fileSystemType, name) => {
  const { monitor, why } = await choose({ fileSystemType })
  expect(monitor.name).toBe('poll')
  expect(why).toContain(name)
})

test.runIf(process.platform === 'linux')(
  'what is asked for by name is used also on a network file system, with a word about it',
  async () => {
    const { monitor, why } = await choose({ requested: 'inotify', fileSystemType: 0x6969 })
    expect(monitor.name).toBe('inotify')
    expect(why).toMatch(/^asked for; .*NFS/)
    expect((await choose({ requested: 'poll', fileSystemType: 0x6969 })).why).toBe('asked for')
  },
)

test('what is asked for by name and cannot be had is an error', async () => {
  await expect(choose({ requested: 'inotify', load })).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' })
  await expect(choose({ requested: 'parcel', load })).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' })
  await expect(choose({ requested: 'inotify', platform: 'darwin' })).rejects.toMatchObject({
    code: 'MONITOR_UNAVAILABLE',
    message: 'The inotify monitor does not exist on darwin.',
    fix: expect.stringContaining("'auto'"),
  })
  await expect(choose({ requested: 'parcel', platform: 'aix' })).rejects.toMatchObject({ code: 'MONITOR_UNAVAILABLE' })
})

test('an error that is none of ours is not taken for a missing monitor', async () => {
  await expect(choose({ load: { libc: () => Promise.reject(new TypeError('a mistake')) } })).rejects.toThrow('a mistake')
})
