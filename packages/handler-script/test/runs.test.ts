import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { isRefusalLike } from './refusal.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batch, change, never, RECORDER, ScriptStage } from './script-stage.ts'
import { until } from './until.ts'

let stage: ScriptStage
beforeEach(() => {
  stage = new ScriptStage()
})
afterEach(() => stage.dispose())

const IS_ROOT = process.getuid?.() === 0

describe('exit codes', () => {
  test('another than 0 fails the batch, with the last that the command said', async () => {
    const command = stage.script('#!/bin/sh\necho first >&2\necho the disk is full >&2\nexit 3\n')
    await expect(stage.send({ command }, stage.created('a', 'b'))).rejects.toThrow('script ended with 3: the disk is full')
  })

  test('the policy decides', async () => {
    const command = stage.script('#!/bin/sh\nexit "$CODE"\n')
    const send = async (code: number) =>
      stage.send({ command, exitCodes: { 24: 'ok', 0: 'retry', 2: 'halt' }, env: { CODE: String(code) } }, stage.created('a'))
    expect(await send(24)).toEqual({ failed: [], stale: [] })
    await expect(send(0)).rejects.toThrow('ended with 0')
    const halted: unknown = await send(2).catch((error: unknown) => error)
    expect(isRefusalLike(halted)).toBe(true)
    expect(String(halted)).toContain('ended with 2')
  })

  test('death by a signal is a failure', async () => {
    const command = stage.script('#!/bin/sh\nkill -KILL $$\n')
    await expect(stage.send({ command }, stage.created('a'))).rejects.toThrow('was ended by SIGKILL')
  })

  test('with each, one run that fails fails its path only', async () => {
    const command = stage.script('#!/bin/sh\n[ "$CLSYNC_PATH" != b ]\n')
    const result = await stage.send({ command, input: 'each' }, stage.created('a', 'b', 'c'))
    expect(result?.failed?.map(({ path }) => path)).toEqual(['b'])
  })
})

describe('what is not there', () => {
  test.each([
    ['no-such-program', 'was not found in PATH'],
    ['/no/such/program', 'was not found'],
  ])('%s is refused at the start', async (command, text) => {
    const error: unknown = await stage.open({ command }).catch((caught: unknown) => caught)
    expect(isRefusalLike(error)).toBe(true)
    expect(String(error)).toContain(text)
  })

  test('a program that goes is refused when it is run', async () => {
    const command = stage.script('#!/bin/sh\n')
    const session = await stage.open({ command })
    fs.rmSync(command)
    const error: unknown = await session.sync(batch(stage.created('a')), never()).catch((caught: unknown) => caught)
    expect(isRefusalLike(error)).toBe(true)
  })

  test('paths that have vanished are not told, and clsync is to look again', async () => {
    const result = await stage.send({ command: [RECORDER, '%paths%'] }, [
      ...stage.created('a'),
      change('create', 'gone'),
      change('delete', 'old'),
    ])
    expect(stage.recorded()[0]?.args).toEqual(['a', 'old'])
    expect(result).toEqual({ failed: [], stale: ['gone'] })
  })
})

describe('time', () => {
  /** Starts a child that ignores the polite signal, and writes down who they are. */
  const stubborn = () =>
    stage.script(
      `#!/bin/sh\ntrap '' TERM\nsh -c "trap '' TERM; echo \\$\\$ >> '${stage.work.root}/pids'; while :; do sleep 1; done" &\necho $$ >> '${stage.work.root}/pids'\nwait\n`,
    )
  const pids = (): number[] => {
    const file = `${stage.work.root}/pids`
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
  }
  const lives = (pid: number): boolean => {
    try {
      // A zombie is over, too.
      return !/\) Z /u.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return false
    }
  }

  test('a timeout ends the command with all its children, and is a failure', async () => {
    await expect(stage.send({ command: stubborn(), timeout: '300ms' }, stage.created('a'))).rejects.toThrow(
      'took too long and was ended',
    )
    expect(pids()).toHaveLength(2)
    await until('their end', () => !pids().some(lives))
  })

  test('a command that ends well because it took too long has failed all the same', async () => {
    const command = stage.script(`#!/bin/sh\ntrap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n`)
    await expect(stage.send({ command, timeout: '200ms' }, stage.created('a'))).rejects.toThrow('took too long and was ended')
  })

  test('an abort ends the command with all its children', async () => {
    const abort = new AbortController()
    const session = await stage.open({ command: stubborn() })
    const sent = session.sync(batch(stage.created('a')), abort.signal)
    await until('the start', () => pids().length === 2)
    abort.abort(new Error('enough'))
    await expect(sent).rejects.toThrow('enough')
    await until('their end', () => !pids().some(lives))
  })

  test('what a clsync that was killed left running is ended by the next', async () => {
    const first = await stage.open({ command: stubborn() })
    const sent = first.sync(batch(stage.created('a')), never()).catch((error: unknown) => error)
    await until('the start', () => pids().length === 2)
    await stage.open({ command: 'true' })
    await until('their end', () => !pids().some(lives))
    expect(stage.logged).toEqual(['warn A command of a clsync that was killed was still running, and was ended.'])
    expect(String(await sent)).toContain('was ended by SIGKILL')
    await stage.open({ command: 'true' })
    expect(stage.logged).toHaveLength(1)
  })

  test.runIf(process.platform === 'linux')('what has the number of such a command by now is left alone', async () => {
    const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    const boot = `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fs.readlinkSync('/proc/self/ns/pid')}`
    stage.work.write(`state/runs/${other.pid}`, `${boot} 1`)
    await stage.open({ command: 'true' })
    expect(lives(other.pid!)).toBe(true)
    expect(stage.logged).toEqual([])
    expect(fs.readdirSync(`${stage.work.root}/state/runs`)).toEqual([])
    other.kill()
  })

  test('what a command leaves in the background is not waited for, and not ended', async () => {
    const command = stage.script(`#!/bin/sh\nsleep 60 &\necho $! > '${stage.work.root}/pids'\necho started\n`)
    await stage.send({ command }, stage.created('a'))
    const [pid = 0] = pids()
    expect(lives(pid)).toBe(true)
    process.kill(pid)
    expect(stage.logged).toEqual(['info started'])
  })
})

describe('output', () => {
  test('goes to the log, line by line', async () => {
    const command = stage.script('#!/bin/sh\nprintf "one\\ntwo\\r\\n\\303\\251"\necho bad >&2\n')
    await stage.send({ command }, stage.created('a'))
    expect(stage.logged.toSorted()).toEqual(['info one', 'info two', 'info é', 'warn bad'])
  })

  test('at the level that is asked for', async () => {
    const command = stage.script('#!/bin/sh\necho out\necho bad >&2\n')
    await stage.send({ command, stdout: 'none', stderr: 'debug' }, stage.created('a'))
    expect(stage.logged).toEqual(['debug bad'])
  })
})

describe('results', () => {
  const answer = (lines: readonly object[], code = 0): string =>
    stage.script(`#!/bin/sh\ncat <<'END'\n${lines.map((line) => JSON.stringify(line)).join('\n')}\nEND\nexit ${code}\n`)

  test('failures: only what is named has failed', async () => {
    const command = answer([
      { path: 'b', result: 'failed', error: 'no room' },
      { path: 'c', result: 'stale' },
    ])
    const result = await stage.send({ command, results: 'failures' }, stage.created('a', 'b', 'c'))
    expect(result?.failed?.map(({ path, error }) => `${path}: ${String(error)}`)).toEqual(['b: Error: no room'])
    expect(result?.stale).toEqual(['c'])
  })

  test('all: what is not named has failed; what is done is done, whatever the exit code', async () => {
    const command = answer([{ path: 'a', result: 'done' }], 9)
    const result = await stage.send({ command, results: 'all' }, stage.created('a', 'b'))
    expect(result?.failed?.map(({ path }) => path)).toEqual(['b'])
  })

  test('a path that was not given fails all', async () => {
    const command = answer([{ path: 'z', result: 'failed' }])
    await expect(stage.send({ command, results: 'failures' }, stage.created('a', 'b'))).rejects.toThrow(
      'paths that it was not given: "z"',
    )
  })

  test('names that are not UTF-8 may be named by text or by bytes; other lines are logged', async () => {
    const command = answer([{ pathBytes: '/w==', result: 'failed' }, { other: 1 }, { progress: 7000 }])
    const result = await stage.send({ command, results: 'failures' }, stage.created('\udcff', 'b'))
    expect(result?.failed?.map(({ path }) => path)).toEqual(['\udcff'])
    expect(stage.logged).toEqual(['info {"other":1}'])
    expect(stage.progressed).toBeGreaterThanOrEqual(7000)
  })
})

describe('commands', () => {
  test('each type has its own, in the order of the batch', async () => {
    const on = { create: [RECORDER, 'create', '%paths%'], delete: [RECORDER, 'delete', '%paths%'], update: false }
    stage.source.write('u', 'u')
    const changes = [change('delete', 'x'), change('delete', 'y'), ...stage.created('a', 'b'), change('update', 'u')]
    expect(await stage.send({ on }, changes)).toEqual({ failed: [], stale: [] })
    expect(stage.recorded().map(({ args }) => args)).toEqual([
      ['delete', 'x', 'y'],
      ['create', 'a', 'b'],
    ])
  })

  test('initial is for the first sync as a whole', async () => {
    const options = { command: [RECORDER, '%path%'], on: { initial: [RECORDER, 'all', '%root%'] } }
    await stage.send(options, stage.created('a', 'b'), { reason: 'initial' })
    await stage.send(options, stage.created('a'))
    expect(stage.recorded().map(({ args }) => args)).toEqual([['all', stage.source.root], ['a']])
  })

  test('what follows a command that went wrong is not tried', async () => {
    const on = { delete: 'false', create: [RECORDER, '%paths%'], update: RECORDER }
    await expect(stage.send({ on }, [change('delete', 'x'), ...stage.created('a')])).rejects.toThrow('false ended with 1')
    expect(stage.recorded()).toEqual([])
  })

  test('their environment says what it is about', async () => {
    await stage.send({ command: RECORDER, label: 'web', destination: '/d' }, stage.created('a', 'b'), {
      reason: 'initial',
      attempt: 3,
    })
    expect(stage.recorded()[0]?.env).toEqual({
      CLSYNC_LABEL: 'web',
      CLSYNC_BATCH: 'b1',
      CLSYNC_ATTEMPT: '3',
      CLSYNC_REASON: 'initial',
      CLSYNC_ROOT: stage.source.root,
      CLSYNC_COUNT: '2',
      CLSYNC_STATUS: 'initsync',
      CLSYNC_ITERATION: '1',
      CLSYNC_DESTINATION: '/d',
    })
  })

  test('the label is that of the task unless one is given', async () => {
    const changes = stage.created('a')
    for (const [options, context] of [
      [{}, { label: 'task' }],
      [{ label: 'own' }, { label: 'task' }],
      [{}, {}],
    ]) {
      const session = await stage.open({ command: [RECORDER, '%label%'], ...options }, context)
      await session.sync(batch(changes), never())
    }
    expect(stage.recorded().map(({ args, env }) => [...args, env['CLSYNC_LABEL']])).toEqual([
      ['task', 'task'],
      ['own', 'own'],
      ['nolabel', 'nolabel'],
    ])
  })

  test('umask and directory are those that are asked for', async () => {
    await stage.send({ command: RECORDER, umask: '027', cwd: stage.work.root }, stage.created('a'))
    expect(stage.recorded()[0]).toMatchObject({ umask: 0o027, cwd: stage.work.root })
  })

  test.runIf(IS_ROOT)('user and group are those that are asked for', async () => {
    fs.chmodSync(stage.source.root, 0o755)
    fs.chmodSync(stage.work.root, 0o777)
    const command = stage.script(`#!/bin/sh\nid -u; id -g; id -G; cat "$1"\n`)
    await stage.send({ command: [command, '%list%'], input: 'list', user: 'nobody' }, stage.created('a'))
    expect(stage.logged).toEqual(['info 65534', 'info 65534', 'info 65534', 'info a'])
  })

  test('list files are for the command only', async () => {
    const command = stage.script('#!/bin/sh\nstat -c %a "$1"\n')
    await stage.send({ command: [command, '%list%'], input: 'list', listsDir: `${stage.work.root}/lists` }, stage.created('a'))
    expect(stage.logged).toEqual(['info 600'])
  })

  test('a directory that is only a way to what is wanted is not told', async () => {
    const session = await stage.open({ command: [RECORDER, '%paths%'] }, { isPassage: (path) => path === 'way' })
    const directories = ['way', 'way/wanted'].map((path) => change('create', path, 'directory'))
    stage.source.write('way/wanted/a', '')
    await session.sync(batch(directories), never())
    expect(stage.recorded().map(({ args }) => args)).toEqual([['way/wanted']])
  })

  test('list files are removed, unless they are kept', async () => {
    await stage.send({ command: [RECORDER, '%list%'], listsDir: `${stage.work.root}/lists` }, stage.created('a'))
    expect(fs.readdirSync(`${stage.work.root}/lists`)).toEqual([])
    await stage.send({ command: [RECORDER, '%list%'], listsDir: `${stage.work.root}/lists`, keepLists: true }, stage.created('a'))
    expect(fs.readdirSync(`${stage.work.root}/lists`)).toHaveLength(1)
  })
})

describe('many', () => {
  test('arguments are split by the limit of the system', async () => {
    const names = Array.from({ length: 9000 }, (_unused, at) => `${'n'.repeat(230)}${at}`)
    const command = stage.script('#!/bin/sh\necho $#\n')
    await stage.send(
      { command: [command, '%paths%'], maxChanges: 10_000 },
      names.map((name) => change('delete', name)),
    )
    const counts = stage.logged.map((line) => Number(line.replace('info ', '')))
    expect(counts.length).toBeGreaterThan(1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(9000)
    // All but the last are as long as may be; what the system has to refuse first is halved.
    const most = Math.max(...counts)
    expect(Math.min(...counts.slice(0, -1))).toBeGreaterThan(0.9 * most)
    expect(counts.at(-1)).toBeLessThan(0.9 * most)
  })

  test('the C clsync gives cp 256 words at most', async () => {
    const changes = Array.from({ length: 300 }, (_unused, at) => change('delete', `n${at}`))
    const command = stage.script('#!/bin/sh\necho $#\n')
    await stage.send({ preset: 'clsync-direct', command: [command, '%paths%'], destination: '/d' }, changes)
    expect(stage.logged).toEqual(['info 255', 'info 45'])
  })

  test('so many runs at once, children after their parents', async () => {
    const command = stage.script(`#!/bin/sh\necho "begins $1"\nsleep 0.1\necho "ends $1"\n`)
    const changes = stage.created('d/e/f', 'a', 'b', 'c')
    const parents = [change('create', 'd', 'directory'), change('create', 'd/e', 'directory')]
    const sorted = [...changes.slice(1), ...parents, ...changes.slice(0, 1)]
    await stage.send({ command: [command, '%path%'], input: 'each', concurrency: 2 }, sorted)
    let running = 0
    const counts = stage.logged.map((line) => (running += line.startsWith('info begins') ? 1 : -1))
    expect(Math.max(...counts)).toBe(2)
    const below = stage.logged.filter((line) => /ends d|begins d\//u.test(line))
    expect(below.slice(0, 4)).toEqual(['info ends d', 'info begins d/e', 'info ends d/e', 'info begins d/e/f'])
  })
})
