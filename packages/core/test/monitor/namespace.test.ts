import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Hint } from '../../src/model/hint.ts'

// Limits and mounts, in namespaces of their own, so that no other process on the machine sees them.

const run = promisify(execFile)
const NAMESPACES = ['--user', '--map-root-user', '--mount']
const allowed = canUnshare()

test.runIf(allowed)(
  'a directory beyond the limit of watches is refused, named with the limit that was met, and armed once there is room',
  async () => {
    const { arms, later, warnings } = await child('watches', 'echo 5 > /proc/sys/user/max_inotify_watches')
    // Five: the root, the directory above it, and three more.
    expect(arms).toEqual(['armed', 'armed', 'armed', 'armed', 'limit', 'limit'])
    expect(later).toBe('armed')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^Out of inotify watches: 4 directories are watched/)
    expect(warnings[0]).toContain('user.max_inotify_watches is 5')
    expect(warnings[0]).toMatch(/Seen in use: 5 watches; \S.* \(process \d+\): 5/)
    expect(warnings[0]).toContain('sudo sysctl user.max_inotify_watches=524288')
  },
)

test.runIf(allowed)('no inotify descriptor to be had is an error that says what to raise', async () => {
  const { error } = await child('start', 'echo 0 > /proc/sys/user/max_inotify_instances')
  expect(error?.code).toBe('MONITOR_UNAVAILABLE')
  expect(error?.why).toContain('user.max_inotify_instances is 0')
  expect(error?.fix).toContain('sudo sysctl user.max_inotify_instances=1024')
})

test.runIf(allowed)('an unmounted file system below the root is a tree to look at', async () => {
  const { hints } = await child('unmount-below')
  expect(hints).toContainEqual({ type: 'tree', dir: 2 } satisfies Hint)
  expect(hints.filter((hint) => hint.type === 'root')).toEqual([])
})

test.runIf(allowed)('an unmounted root is said to be so, and not to be gone', async () => {
  const { hints } = await child('unmount-root')
  expect(hints.filter((hint) => hint.type === 'root')).toEqual([{ type: 'root', state: 'unmounted' } satisfies Hint])
})

test.runIf(allowed)('what is written through a bind mount is reported at both of its places', async () => {
  const { hints } = await child('bind')
  for (const dir of [2, 3])
    expect(hints).toContainEqual({ type: 'entry', dir, name: 'f', content: true, writing: false, made: true })
})

test.runIf(allowed)('the directory above the root, mounted within it, is watched as any other', async () => {
  const { hints } = await child('bind-above')
  expect(hints).toContainEqual({ type: 'entry', dir: 2, name: 'f', content: true, writing: false })
})

interface Report {
  readonly hints: Hint[]
  readonly warnings: string[]
  readonly arms: string[]
  readonly later: string
  readonly error?: { readonly code: string; readonly why: string; readonly fix: string }
}

async function child(play: string, prepare = ':'): Promise<Report> {
  const script = fileURLToPath(new URL('namespace-child.ts', import.meta.url))
  const { stdout } = await run('unshare', [
    ...NAMESPACES,
    'sh',
    '-ec',
    `${prepare}; exec "$0" --conditions=clsync-source "$1" "$2"`,
    process.execPath,
    script,
    play,
  ])
  return JSON.parse(stdout) as Report // what the child prints
}

function canUnshare(): boolean {
  try {
    execFileSync(
      'unshare',
      [...NAMESPACES, 'sh', '-c', 'mount -t tmpfs none /mnt && echo 5 > /proc/sys/user/max_inotify_watches'],
      { stdio: 'ignore' },
    )
    return true
  } catch {
    return false
  }
}
