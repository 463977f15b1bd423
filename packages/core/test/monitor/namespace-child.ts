// Plays one piece inside namespaces that the test has made, and prints what the monitor said: node namespace-child.ts <play>
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import type { DirectoryIndex, Hint } from '../../src/model/hint.ts'
import { fromText } from '../../src/model/path.ts'
import { createInotifyMonitor } from '../../src/monitor/inotify.ts'
import { loadLibc } from '../../src/monitor/libc.ts'

const monitor = createInotifyMonitor(await loadLibc())
const hints: Hint[] = []
const warnings: string[] = []
// The inotify monitor asks nothing of it.
const directories: DirectoryIndex = { pathOf: () => undefined, nearest: () => ({ dir: 1, exact: true }) }

/** A mount of our own on a directory that is there anyway: gone with the namespace. */
const BASE = '/mnt'
execFileSync('mount', ['-t', 'tmpfs', 'none', BASE])
const root = `${BASE}/root`
fs.mkdirSync(root)

function start(): void {
  void monitor.start({
    root: fromText(root),
    directories,
    sink: (hint) => hints.push(hint),
    warn: (message) => warnings.push(message),
  })
}

function arm(id: number, path: string): string {
  return monitor.arm(id, fromText(path))
}

function makeDirectory(name: string): string {
  fs.mkdirSync(`${root}/${name}`, { recursive: true })
  return `${root}/${name}`
}

const plays: Record<string, () => object> = {
  start() {
    try {
      start()
      return {}
    } catch (error) {
      return { error: { ...(error as object) } }
    }
  },
  watches() {
    start()
    const arms = [arm(1, root), ...['a', 'b', 'c', 'd', 'e'].map((name, at) => arm(at + 2, makeDirectory(name)))]
    monitor.disarm(2)
    return { arms, later: arm(6, `${root}/e`) }
  },
  'unmount-below'() {
    execFileSync('mount', ['-t', 'tmpfs', 'none', makeDirectory('mounted')])
    start()
    arm(1, root)
    arm(2, `${root}/mounted`)
    execFileSync('umount', [`${root}/mounted`])
    return {}
  },
  'unmount-root'() {
    execFileSync('mount', ['-t', 'tmpfs', 'none', root])
    start()
    arm(1, root)
    execFileSync('umount', [root])
    return {}
  },
  bind() {
    execFileSync('mount', ['--bind', makeDirectory('a'), makeDirectory('b')])
    start()
    arm(1, root)
    arm(2, `${root}/a`)
    arm(3, `${root}/b`)
    fs.writeFileSync(`${root}/b/f`, 'x')
    return {}
  },
  'bind-above'() {
    fs.writeFileSync(`${BASE}/f`, 'x')
    execFileSync('mount', ['--bind', BASE, makeDirectory('above')])
    start()
    arm(2, `${root}/above`)
    arm(1, root)
    fs.appendFileSync(`${BASE}/f`, 'more')
    return {}
  },
}

const result = plays[process.argv[2] ?? '']!()
monitor.drain()
await monitor.stop()
process.stdout.write(JSON.stringify({ hints, warnings, ...result }))
