import path from 'node:path'
import { expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/args.ts'
import { flagsFromEnvironment } from '../../src/config/environment.ts'
import { resolveTasks } from '../../src/config/resolve.ts'
import { project } from '../support/project.ts'

async function resolve(config: object, argv: readonly string[] = [], environment: Record<string, string> = {}) {
  const cwd = project({ 'data/': '', 'clsync.config.json': { source: 'data', destination: 'copy', ...config } })
  const { source, destination, flags, implied } = parseArguments(argv)
  const all = { ...flagsFromEnvironment(environment), ...flags }
  const resolution = await resolveTasks({ cwd, home: cwd, environment, flags: all, implied, source, destination })
  return { ...resolution, task: resolution.tasks[0]!, cwd }
}

async function refusal(config: object, argv: readonly string[] = [], environment: Record<string, string> = {}): Promise<string> {
  const error = (await resolve(config, argv, environment).catch((thrown: unknown) => thrown)) as {
    message: string
    why?: string
    fix?: string
  }
  return `${error.message}\n${error.why ?? ''}\n${error.fix ?? ''}`
}

test('how a process runs unless something is said', async () => {
  const { run, task } = await resolve({})
  expect(run).toEqual({
    ...{ mode: 'live', maxRounds: undefined, drainMs: 30_000, beforeLast: undefined, after: undefined },
    ...{ pidFile: undefined, statusFile: undefined, background: false, logTo: 'stdout' },
  })
  expect(task).toMatchObject({ initial: 'diff', retry: { minMs: 1000, maxMs: 300_000 } })
  expect([task.pauseFile, task.retry.attempts]).toEqual([undefined, undefined])
})

test('config, profile, environment and flags, the later over the earlier', async () => {
  const run = { mode: 'once', maxRounds: 5, drain: '1m', after: ['touch', 'x'], pidFile: 'pid', statusFile: 'status' }
  const config = { run, pauseFile: 'hold', profiles: { p: { run: { maxRounds: 6 } } } }
  const found = await resolve(config, ['--profile', 'p', '--until-idle'], { CLSYNC_DRAIN: '5s', CLSYNC_RETRIES: '3' })
  expect(found.run).toMatchObject({ mode: 'until-idle', maxRounds: 6, drainMs: 5000, after: ['touch', 'x'] })
  expect(found.run.pidFile).toBe(path.join(found.cwd, 'pid'))
  expect(found.run.statusFile).toBe(path.join(found.cwd, 'status'))
  expect(found.task.pauseFile).toBe(path.join(found.cwd, 'hold'))
  expect(found.task.retry.attempts).toBe(3)
})

test('a switch that a variable turns off is as if it were not there', async () => {
  const found = await resolve({ run: { mode: 'until-idle' }, initial: 'diff' }, [], { CLSYNC_ONCE: '0', CLSYNC_RESEND: '0' })
  expect([found.run.mode, found.task.initial]).toEqual(['until-idle', 'diff'])
  expect((await resolve({}, [], { CLSYNC_RESEND: '1' })).task.initial).toBe('full')
})

test('the preset has what the C clsync has, and all else goes over it', async () => {
  const { task } = await resolve({ preset: 'clsync', schedule: { delay: '5s' } })
  expect(task).toMatchObject({
    schedule: { delayMs: 5000, minIntervalMs: 30_000, bigFile: { thresholdBytes: 128 * 1024 ** 2, delayMs: 1_800_000 } },
    retry: { attempts: 1, minMs: 30_000, maxMs: 30_000 },
    timeoutMs: 86_400_000,
  })
  expect((await resolve({}, ['--preset', 'clsync', '--big-file', 'off'])).task.schedule.bigFile).toBe(undefined)
  expect((await resolve({ preset: 'clsync', retry: { attempts: 0 } })).task.retry.attempts).toBe(undefined)
})

test('a mode of the C clsync leaves its handlers the time that they have there, unless something is said', async () => {
  const mode = ['-M', 'rsyncdirect', '-D', 'copy']
  expect((await resolve({}, mode)).task.timeoutMs).toBe(86_400_000)
  expect((await resolve({ timeout: '1h' }, mode)).task.timeoutMs).toBe(3_600_000)
  expect((await resolve({}, mode, { CLSYNC_TIMEOUT: '2h' })).task.timeoutMs).toBe(7_200_000)
  expect((await resolve({ timeout: '1h' }, [...mode, '-k', '60'])).task.timeoutMs).toBe(60_000)
  expect((await resolve({})).task.timeoutMs).toBe(600_000)
})

test('a label names the task', async () => {
  const { tasks } = await resolve({
    source: undefined,
    tasks: { a: { source: 'data' }, b: { source: 'data', label: 'site', destination: 'b' } },
  })
  expect(tasks.map(({ name, label }) => [name, label])).toEqual([
    ['a', 'a'],
    ['b', 'site'],
  ])
  expect((await resolve({})).task.label).toBe('data')
  expect((await resolve({ label: 'site' })).task.name).toBe('site')
  expect((await resolve({}, ['--label', 'site'])).task.name).toBe('site')
})

test.each([
  [{ run: { maxRounds: 0 } }, 'run.maxRounds: expected a whole number, 1 or more'],
  [{ run: { after: [] } }, 'run.after'],
  [{ run: { after: 5 } }, 'expected text for the shell'],
  [{ run: { mode: 'twice' } }, 'run.mode'],
  [{ retry: { attempts: -1 } }, 'retry.attempts: expected a whole number'],
  [{ initial: 'maybe' }, 'initial'],
  [{ preset: 'rsync' }, 'preset'],
  [{ run: { background: true, logTo: 'journal' } }, 'systemd'],
])('%j is refused', async (config, expected) => {
  expect(await refusal(config)).toContain(expected)
})

test('what a flag or a variable sets is named when it is wrong', async () => {
  expect(await refusal({}, ['--max-rounds', 'x'])).toMatch(/--max-rounds:\n.*whole number/u)
  expect(await refusal({}, [], { CLSYNC_DRAIN: 'soon' })).toMatch(/CLSYNC_DRAIN:\n.*duration/u)
})
