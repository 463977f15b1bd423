import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const BIN = resolve(import.meta.dirname, '../../bin/clsync.js')

/** Stands for the built command: says how it was started, then ends as its first word tells it. */
const MAIN = `
export async function main([how, ...rest]) {
  if (how === 'fail') throw new Error('broken inside')
  if (how !== 'wait') return Number(how)
  const signal = await new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => resolve(name))
    const alive = setInterval(() => {}, 1000)
    console.log('ready', process.pid, ...rest)
    process.on('exit', () => clearInterval(alive))
  })
  console.log('got', signal)
  process.exit(5)
}
`

/** Makes the first Node look old, and the one that it starts like what it is. */
const PRETEND_OLD = `
if (process.env.CLSYNC_NODE_TRIED === undefined || process.env.ALL_OLD) {
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
}
`

let folder: string
let running: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clsync-bin-'))
  for (const made of ['package/bin', 'package/dist/cli']) mkdirSync(join(folder, made), { recursive: true })
  writeFileSync(join(folder, 'package/package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'package/dist/cli/main.js'), MAIN)
  writeFileSync(join(folder, 'old.mjs'), PRETEND_OLD)
  copyFileSync(BIN, join(folder, 'package/bin/clsync.js'))
})

afterEach(() => {
  running?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it.each([0, 3])('exits with what main resolves to: %i', async (code) => {
  expect(await end(start([String(code)]))).toMatchObject({ code, stderr: '' })
})

it('shows an error of the command whole', async () => {
  const { code, stderr } = await end(start(['fail']))
  expect(code).not.toBe(0)
  expect(stderr).toContain('broken inside')
})

it('says in one line that it is not built', async () => {
  rmSync(join(folder, 'package/dist'), { recursive: true })
  const { code, stderr } = await end(start(['0']))
  expect(code).toBe(2)
  expect(stderr).toMatch(/^clsync is not built here.*\n$/)
})

it('does not take a missing import inside of it for that', async () => {
  writeFileSync(join(folder, 'package/dist/cli/main.js'), `import './missing.js'`)
  expect((await end(start(['0']))).stderr).toContain('missing.js')
})

it('says in one line which Node it needs', async () => {
  const { code, stderr } = await end(start(['0'], { old: true }))
  expect(code).toBe(2)
  expect(stderr).toMatch(/^clsync needs Node 22\.18 or newer, this is 20\.20\.2: .*\n$/)
})

it.each(['node_modules', '.tools/node_modules'])('starts itself with the newer Node of %s above', async (modules) => {
  installNode(modules)
  expect((await end(start(['3'], { old: true }))).code).toBe(3)
})

it('does not start itself again and again when that one is old too', async () => {
  installNode('node_modules')
  const { code, stderr } = await end(start(['0'], { old: true, env: { ALL_OLD: '1' } }))
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('hands %s on to the newer Node', async (signal) => {
  installNode('node_modules')
  const child = start(['wait', 'a b', ''], { old: true })
  const ready = await line(child, 'ready')
  expect(ready).toMatch(/^ready \d+ a b $/)
  expect(Number(ready.split(' ')[1])).not.toBe(child.pid)
  child.kill(signal)
  const { code, stdout } = await end(child)
  expect(stdout).toContain(`got ${signal}`)
  expect(code).toBe(5)
})

it('ends by the signal that ended the newer Node', async () => {
  installNode('node_modules')
  const child = start(['wait'], { old: true })
  process.kill(Number((await line(child, 'ready')).split(' ')[1]), 'SIGKILL')
  expect(await end(child)).toMatchObject({ code: null, signal: 'SIGKILL' })
})

it('keeps what was compiled in the cache of its user', async () => {
  mkdirSync(cache())
  await end(start(['0']))
  expect(readdirSync(cache('clsync/compiled'))).toHaveLength(1)
  expect(await end(start(['3']))).toMatchObject({ code: 3, stderr: '' })
})

it.skipIf(process.geteuid?.() !== 0)('neither reads nor keeps it in a folder of somebody else', async () => {
  mkdirSync(cache())
  chownSync(cache(), 1000, 1000)
  expect(await end(start(['3']))).toMatchObject({ code: 3, stderr: '' })
  expect(readdirSync(cache())).toEqual([])
})

it('starts where there is no folder for that', async () => {
  writeFileSync(cache(), '')
  expect(await end(start(['3']))).toMatchObject({ code: 3, stderr: '' })
  rmSync(cache())
  expect(await end(start(['3']))).toMatchObject({ code: 3, stderr: '' })
  expect(existsSync(cache())).toBe(false)
})

function cache(name = ''): string {
  return join(folder, 'cache', name)
}

function installNode(modules: string): void {
  mkdirSync(join(folder, modules, 'node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(folder, modules, 'node/bin/node'))
}

const outputs = new WeakMap<ChildProcess, { stdout: string; stderr: string }>()

function start(
  args: readonly string[],
  { old = false, env = {} }: { old?: boolean; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const preload = old ? ['--import', join(folder, 'old.mjs')] : []
  running = spawn(process.execPath, [...preload, join(folder, 'package/bin/clsync.js'), ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: '', XDG_CACHE_HOME: cache(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  running.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  running.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  outputs.set(running, output)
  return running
}

/** The first whole line on stdout that starts with `word`. */
async function line(child: ChildProcess, word: string): Promise<string> {
  return expect
    .poll(() => lineOf(child, word), { timeout: 10_000, interval: 10 })
    .toBeDefined()
    .then(() => lineOf(child, word) ?? '')
}

function lineOf(child: ChildProcess, word: string): string | undefined {
  const lines = outputs.get(child)?.stdout.split('\n').slice(0, -1)
  return lines?.find((text) => text.startsWith(word))
}

async function end(child: ChildProcess): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
  await once(child, 'close')
  return { code: child.exitCode, signal: child.signalCode, stdout: '', stderr: '', ...outputs.get(child) }
}
