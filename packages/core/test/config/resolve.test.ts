import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { flagsFromEnvironment } from '../../src/config/environment.ts'
import { resolveTasks } from '../../src/config/resolve.ts'
import { parseArguments } from '../../src/cli/args.ts'
import type { Task } from '../../src/model/task.ts'
import { handlerSource, project } from '../support/project.ts'

/** As the command line does it. */
async function resolve(cwd: string, argv: readonly string[] = [], environment: Record<string, string> = {}) {
  const { source, destination, flags } = parseArguments(argv)
  const all = { ...flagsFromEnvironment(environment), ...flags }
  return resolveTasks({ cwd, home: path.join(cwd, 'home'), environment, flags: all, source, destination })
}

async function resolveOne(cwd: string, argv: readonly string[] = [], environment: Record<string, string> = {}): Promise<Task> {
  const { tasks } = await resolve(cwd, argv, environment)
  expect(tasks).toHaveLength(1)
  return tasks[0]!
}

async function failure(cwd: string, argv: readonly string[] = [], environment: Record<string, string> = {}) {
  const error: unknown = await resolve(cwd, argv, environment).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'ClsyncError' })
  const { code, message, why = '', fix = '' } = error as { code: string; message: string; why?: string; fix?: string }
  return { code, text: `${message}\n${why}\n${fix}` }
}

const CONFIG = { source: './data', targets: { backup: '../backup' } }

function withConfig(config: object, files: Record<string, string | object> = {}): string {
  const root = project({ 'work/data/': '', 'work/.git/': '', 'work/clsync.config.json': config, ...files })
  return path.join(root, 'work')
}

describe('defaults', () => {
  test('hold where nothing is said', async () => {
    const task = await resolveOne(withConfig(CONFIG))
    expect(task).toMatchObject({
      name: 'data',
      monitor: 'auto',
      pollIntervalMs: 5000,
      scrubIntervalMs: 3_600_000,
      schedule: { delayMs: 50, settleMs: 0, maxWaitMs: 60_000, minIntervalMs: 0, bigFile: undefined },
      retry: { minMs: 1000, maxMs: 300_000 },
      timeoutMs: 600_000,
      maxDelete: { share: 0.5, above: 100 },
      extraneous: 'keep',
      accept: false,
      dryRun: false,
      plugins: [],
    })
    expect(Object.isFrozen(task)).toBe(true)
  })

  test('paths of a config start from the config', async () => {
    const work = withConfig(CONFIG, { 'work/deep/down/': '' })
    const task = await resolveOne(path.join(work, 'deep/down'))
    expect(task.source).toBe(path.join(work, 'data'))
    expect(task.targets[0]).toMatchObject({ name: 'backup', options: { destination: path.join(work, '../backup') } })
  })

  test.each([
    ['50%', { share: 0.5, above: 100 }],
    [0.1, { share: 0.1, above: 100 }],
    ['off', { share: 1, above: 100 }],
    [{ above: 5 }, { share: 0.5, above: 5 }],
    [
      { share: '20%', above: 5 },
      { share: 0.2, above: 5 },
    ],
  ])('maxDelete %j', async (maxDelete, expected) => {
    expect((await resolveOne(withConfig({ ...CONFIG, maxDelete }))).maxDelete).toEqual(expected)
  })

  test('bigFile is off unless given, then complete', async () => {
    const task = await resolveOne(withConfig({ ...CONFIG, schedule: { bigFile: { delay: '5s' } } }))
    expect(task.schedule.bigFile).toEqual({ thresholdBytes: 128 * 1024 ** 2, delayMs: 5000 })
  })
})

describe('precedence', () => {
  const config = {
    ...CONFIG,
    schedule: { delay: '1s', settle: '1s' },
    monitor: 'poll',
    profiles: {
      slow: { schedule: { delay: '2s' }, extraneous: 'delete' },
      night: { extends: 'slow', schedule: { minInterval: '10m' } },
      fast: { schedule: { delay: 0 } },
    },
  }

  test.each([
    ['file', [], {}, 1000],
    ['profile', ['--profile', 'slow'], {}, 2000],
    ['profile by extends', ['--profile', 'night'], {}, 2000],
    ['later profile', ['-p', 'night,fast'], {}, 0],
    ['later profile, the other way', ['-p', 'fast', '-p', 'night'], {}, 2000],
    ['profile of the environment', [], { CLSYNC_PROFILE: 'slow' }, 2000],
    ['environment', ['-p', 'slow'], { CLSYNC_DELAY: '3s' }, 3000],
    ['flag', ['-p', 'slow', '--delay', '4s'], { CLSYNC_DELAY: '3s' }, 4000],
  ])('%s', async (_name, argv, environment, delayMs) => {
    const task = await resolveOne(withConfig(config), argv, environment)
    expect(task.schedule).toMatchObject({ delayMs, settleMs: 1000 })
    expect(task.monitor).toBe('poll')
  })

  test('a profile adds what it extends', async () => {
    const task = await resolveOne(withConfig(config), ['-p', 'night'])
    expect(task).toMatchObject({ extraneous: 'delete', schedule: { minIntervalMs: 600_000 } })
  })

  test('an unknown profile, with the nearest name', async () => {
    const { code, text } = await failure(withConfig(config), ['-p', 'nihgt'])
    expect(code).toBe('CONFIG_UNKNOWN_PROFILE')
    expect(text).toMatch(/"nihgt"[^]*slow, night, fast[^]*Did you mean "night"\?/u)
  })

  test('a profile that extends itself, with the way', async () => {
    const work = withConfig({ ...CONFIG, profiles: { a: { extends: 'b' }, b: { extends: ['c'] }, c: { extends: 'a' } } })
    const { code, text } = await failure(work, ['-p', 'a'])
    expect(code).toBe('CONFIG_PROFILE_CYCLE')
    expect(text).toContain('a → b → c → a')
  })
})

describe('messages', () => {
  test('list every wrong option with file, path, value and what is accepted', async () => {
    const work = withConfig({
      ...CONFIG,
      delya: 1,
      schedule: { delya: '1s', settle: 'soon' },
      monitor: 'inotfy',
      apiToken: 'hush',
    })
    const { code, text } = await failure(work)
    expect(code).toBe('CONFIG_INVALID')
    expect(text).toContain(path.join(work, 'clsync.config.json'))
    expect(text).toMatch(/schedule\.delya: there is no such option; did you mean "delay"\?/u)
    expect(text).toMatch(/\n\s*delya: there is no such option; did you mean "schedule\.delay"\?/u)
    expect(text).toMatch(/schedule\.settle: expected a duration such as .*"2s".*, got "soon"/u)
    expect(text).toMatch(/monitor: expected one of "auto", .*got "inotfy"; did you mean "inotify"\?/u)
    expect(text).toMatch(/^5 options are wrong/u)
    expect(text).not.toContain('hush')
  })

  test.each([
    [['--delay', 'soon'], {}, '--delay'],
    [[], { CLSYNC_DELAY: 'soon' }, 'CLSYNC_DELAY'],
  ])('name the flag or variable that set it: %j %j', async (argv, environment, origin) => {
    const { code, text } = await failure(withConfig(CONFIG), argv, environment)
    expect(code).toBe('CONFIG_INVALID')
    expect(text).toMatch(new RegExp(`${origin}:\\n\\s+schedule\\.delay: expected a duration.*got "soon"`, 'u'))
  })

  test.each([
    [{ targets: { a: '/x' } }, 'CONFIG_INVALID', /no source/u],
    [{ source: './data' }, 'CONFIG_INVALID', /no target/u],
    [{ source: './data', targets: { a: '/x' }, destination: '/y' }, 'CONFIG_INVALID', /destination: .*`targets`/u],
    [{ source: './gone', targets: { a: '/x' } }, 'ROOT_MISSING', /gone does not exist/u],
    [{ source: './clsync.config.json', targets: { a: '/x' } }, 'ROOT_NOT_A_DIRECTORY', /not a directory/u],
    [{ source: './data', targets: { a: 'host:/srv' } }, 'CLI_USAGE', /@clsync\/handler-rsync/u],
    [
      { source: './data', targets: { a: { handler: '@clsync/handler-mirror', options: { destinaton: '/x' } } } },
      'HANDLER_OPTIONS_INVALID',
      /did you mean "destination"/u,
    ],
    [{ ...CONFIG, rules: [{ exclude: '!x' }] }, 'RULE_INVALID', /!/u],
  ])('%j is %s', async (config, code, says) => {
    const found = await failure(withConfig(config))
    expect(found.code).toBe(code)
    expect(found.text).toMatch(says)
  })

  test('no config and no source', async () => {
    expect((await failure(project())).code).toBe('CONFIG_NOT_FOUND')
  })

  test('a switch of the environment must say yes or no', async () => {
    const { code, text } = await failure(withConfig(CONFIG), [], { CLSYNC_ONCE: 'maybe' })
    expect(code).toBe('CLI_USAGE')
    expect(text).toContain('CLSYNC_ONCE')
  })
})

describe('tasks', () => {
  const config = {
    schedule: { delay: '1s' },
    tasks: {
      one: { source: './data', targets: { t: '../one' }, schedule: { settle: '1s' } },
      two: { source: './data', targets: { t: '../two' }, schedule: { delay: '5s' } },
    },
    profiles: { slow: { schedule: { delay: '9s' } }, oneOnly: { tasks: { one: { schedule: { delay: '7s' } } } } },
  }

  test('share what stands at the top', async () => {
    const { tasks } = await resolve(withConfig(config))
    expect(tasks.map(({ name, schedule }) => [name, schedule.delayMs, schedule.settleMs])).toEqual([
      ['one', 1000, 1000],
      ['two', 5000, 0],
    ])
    expect(tasks[0]?.stateDir).not.toBe(tasks[1]?.stateDir)
  })

  test.each([
    ['slow', [9000, 9000]],
    ['oneOnly', [7000, 5000]],
  ])('a profile wins over the file, also over its tasks: %s', async (profile, delays) => {
    const { tasks } = await resolve(withConfig(config), ['-p', profile])
    expect(tasks.map(({ schedule }) => schedule.delayMs)).toEqual(delays)
  })

  test('take no source from the command line', async () => {
    const work = withConfig(config)
    expect((await failure(work, ['-c', 'clsync.config.json', './data', '../x'])).code).toBe('CLI_USAGE')
  })
})

describe('the command line alone', () => {
  test('needs no config, and searches none', async () => {
    const work = withConfig({ nonsense: 1 })
    const task = await resolveOne(work, ['data', '../copy', '--exclude', '*.tmp', '--trash', '../trash'])
    expect(task.source).toBe(path.join(work, 'data'))
    expect(task.targets).toMatchObject([
      { name: 'mirror', options: { destination: path.join(work, '../copy'), trash: path.join(work, '../trash') } },
    ])
    expect(task.rules.wants('a.tmp' as never, 'file')).toBe(false)
    expect(task.rules.wants('a.txt' as never, 'file')).toBe(true)
  })

  test('a handler by path with options', async () => {
    const work = withConfig({}, { 'work/own.mjs': handlerSource('own') })
    const task = await resolveOne(work, [
      'data',
      '--handler',
      './own.mjs',
      '-o',
      'url=https://x',
      '-o',
      'deep.n=5',
      '-o',
      'list=a',
      '-o',
      'list=b',
    ])
    expect(task.targets).toMatchObject([{ name: 'own', options: { url: 'https://x', deep: { n: 5 }, list: ['a', 'b'] } }])
  })

  test('flags change the only target of a config, never one of several', async () => {
    const one = await resolveOne(withConfig(CONFIG), ['-o', 'hardLinks=true'])
    expect(one.targets).toMatchObject([{ name: 'backup', options: { hardLinks: true } }])
    const several = withConfig({ source: './data', targets: { a: '../a', b: '../b' } })
    expect((await failure(several, ['-o', 'hardLinks=true'])).code).toBe('CLI_USAGE')
  })

  test('flags add to the rules of a config and win over them', async () => {
    const { rules } = await resolveOne(withConfig({ ...CONFIG, rules: [{ exclude: '*.log' }] }), [
      '--exclude',
      '*.tmp',
      '--include',
      'keep.log',
    ])
    const wants = (name: string) => rules.wants(name as never, 'file')
    expect([wants('a.log'), wants('keep.log'), wants('a.tmp'), wants('a')]).toEqual([false, true, false, true])
  })
})

describe('places', () => {
  test.each([
    ['the source itself', './data', 'TARGET_OVERLAPS_SOURCE'],
    ['inside, not yet there', './data/deep/copy', 'TARGET_OVERLAPS_SOURCE'],
    ['above', '.', 'TARGET_OVERLAPS_SOURCE'],
    ['inside through a link', './link/copy', 'TARGET_OVERLAPS_SOURCE'],
  ])('a target %s is refused', async (_name, destination, code) => {
    const work = withConfig({ source: './data', targets: { t: destination } })
    const { symlinkSync } = await import('node:fs')
    symlinkSync('data', path.join(work, 'link'))
    expect((await failure(work)).code).toBe(code)
  })

  test('a sibling whose name begins alike is fine', async () => {
    const { targets } = await resolveOne(withConfig({ source: './data', targets: { t: './data2' } }))
    expect(targets).toHaveLength(1)
  })

  test('targets in each other are refused', async () => {
    expect((await failure(withConfig({ source: './data', targets: { a: '../x', b: '../x/y' } }))).code).toBe('TARGETS_OVERLAP')
  })

  test('the state directory may be in neither source nor target', async () => {
    expect((await failure(withConfig(CONFIG), ['--state-dir', 'data/.state'])).code).toBe('STATE_DIR_UNUSABLE')
    expect((await failure(withConfig(CONFIG), ['--state-dir', '../backup/state'])).code).toBe('STATE_DIR_UNUSABLE')
  })

  test.each([
    ['flag', ['--state-dir', 's1'], { CLSYNC_STATE_DIR: '/s2', XDG_STATE_HOME: '/s3' }, 's1'],
    ['environment', [], { CLSYNC_STATE_DIR: '/s2', XDG_STATE_HOME: '/s3' }, '/s2'],
    ['XDG', [], { XDG_STATE_HOME: '/s3' }, '/s3/clsync'],
    ['home', [], {}, 'home/.local/state/clsync'],
  ])('the state directory by %s', async (_name, argv, environment, expected) => {
    const work = withConfig(CONFIG)
    const { stateDir } = await resolveOne(work, argv, environment)
    expect(path.dirname(stateDir)).toBe(path.resolve(work, expected))
    expect(path.basename(stateDir)).toMatch(/^data-[0-9a-f]{12}$/u)
  })

  test('one source on the command line with two destinations has two state directories', async () => {
    const work = withConfig({})
    const [one, other, again] = [
      await resolveOne(work, ['data', '../a']),
      await resolveOne(work, ['data', '../b']),
      await resolveOne(work, ['./data', '../a/']),
    ]
    expect(one.stateDir).not.toBe(other.stateDir)
    expect(one.stateDir).toBe(again.stateDir)
  })
})
