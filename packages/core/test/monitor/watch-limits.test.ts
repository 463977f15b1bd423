import fs from 'node:fs'
import os from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { createInotifyMonitor } from '../../src/monitor/inotify.ts'
import { loadLibc } from '../../src/monitor/libc.ts'
import {
  explainInstanceLimit,
  explainWatchLimit,
  readWatchLimits,
  type WatchLimits,
  type WatchUse,
} from '../../src/monitor/watch-limits.ts'
import { Scene } from './scene.ts'

function limits(uses: readonly WatchUse[] = [], inContainer = false): WatchLimits {
  return {
    maxWatches: { name: 'fs.inotify.max_user_watches', value: 8192 },
    maxInstances: { name: 'fs.inotify.max_user_instances', value: 128 },
    uses,
    inContainer,
  }
}

function use(pid: number, command: string, watches: number, instances = 1): WatchUse {
  return { pid, command, watches, instances }
}

test('the message names the need, the limit, the biggest users and the commands', () => {
  const text = explainWatchLimit(limits([use(7, 'node', 1000), use(8, 'code', 7000), use(9, 'idle', 0)]), {
    held: 1000,
    known: 20_000,
  })
  expect(text).toEqual({
    message: 'Out of inotify watches: 1000 directories are watched of 20000, and no more are allowed.',
    why: 'fs.inotify.max_user_watches is 8192 for all processes of this user together. Seen in use: 8000 watches; code (process 8): 7000, node (process 7): 1000.',
    fix: [
      'Run: sudo sysctl fs.inotify.max_user_watches=524288',
      'To keep it after a restart: echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-clsync.conf',
      'In a container, run both on its host.',
      'A watch costs up to about 1 KiB of kernel memory.',
    ].join('\n'),
  })
})

test('the number proposed has room for twice the need and what others use', () => {
  expect(explainWatchLimit(limits(), { held: 1, known: 600_000 }).fix).toContain('max_user_watches=2097152\n')
  expect(explainWatchLimit(limits([use(1, 'big', 600_000)]), { held: 0, known: 600_000 }).fix).toContain(
    'max_user_watches=4194304\n',
  )
})

test('many users are summed up, none is said so, and a container points at its host', () => {
  const many = Array.from({ length: 8 }, (_, at) => use(at, `p${at}`, 10 - at))
  expect(explainWatchLimit(limits(many), { held: 0 }).why).toMatch(/p4 \(process 4\): 6, 3 more: 12\.$/)
  expect(explainWatchLimit(limits(), { held: 0 }).why).toContain('could not be read')
  expect(explainWatchLimit(limits([], true), { held: 0 }).fix).toContain('This is a container: run both on its host')
})

test('of instances the same is told', () => {
  const text = explainInstanceLimit(limits([use(7, 'node', 5, 100), use(8, 'code', 9000, 28)]))
  expect(text.why).toContain('Seen in use: 128 instances; node (process 7): 100, code (process 8): 28.')
  expect(text.fix).toContain('sudo sysctl fs.inotify.max_user_instances=1024\n')
})

test.runIf(process.platform === 'linux')('what this process holds is found in the real /proc', async () => {
  const scene = new Scene(createInotifyMonitor(await loadLibc()), { before: 'mkdir -p a/b c' })
  try {
    const watches = (): number => readWatchLimits().uses.find(({ pid }) => pid === process.pid)?.watches ?? 0
    const before = watches()
    await scene.start()
    // The root, three below it, and the directory above it.
    expect(watches() - before).toBe(5)
    expect(readWatchLimits().maxWatches.value).toBeGreaterThan(0)
  } finally {
    await scene.close()
  }
})

let proc: string | undefined
afterEach(() => {
  if (proc !== undefined) fs.rmSync(proc, { recursive: true })
  proc = undefined
})

test.runIf(process.platform !== 'win32')('the lower limit is named, and processes that cannot be read are passed over', () => {
  proc = fs.mkdtempSync(`${os.tmpdir()}/clsync-proc-`)
  write('sys/fs/inotify/max_user_watches', '8192\n')
  write('sys/user/max_inotify_watches', '100\n')
  write('sys/fs/inotify/max_user_instances', '128\n')
  write('sys/user/max_inotify_instances', '128\n')
  write('12/comm', 'code\n')
  write('12/fdinfo/5', 'pos:\t0\ninotify wd:2 ino:1 sdev:2\ninotify wd:1 ino:1 sdev:2\n')
  fs.mkdirSync(`${proc}/12/fd`)
  fs.symlinkSync('anon_inode:inotify', `${proc}/12/fd/5`)
  fs.symlinkSync('socket:[1]', `${proc}/12/fd/6`)
  fs.mkdirSync(`${proc}/13`)
  expect(readWatchLimits(proc)).toMatchObject({
    maxWatches: { name: 'user.max_inotify_watches', value: 100 },
    maxInstances: { name: 'fs.inotify.max_user_instances', value: 128 },
    uses: [{ pid: 12, command: 'code', watches: 2, instances: 1 }],
  })
})

function write(path: string, text: string): void {
  const at = `${proc}/${path}`
  fs.mkdirSync(at.slice(0, at.lastIndexOf('/')), { recursive: true })
  fs.writeFileSync(at, text)
}
