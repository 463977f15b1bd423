import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import { ClsyncError } from '../../src/model/error.ts'
import { fakeEngine, type FakeEngine } from '../support/fake-engine.ts'
import { project } from '../support/project.ts'

interface Running {
  readonly code: Promise<number>
  readonly engines: FakeEngine[]
  readonly exits: number[]
  readonly signals: ReadonlyMap<string, unknown>
  signal(name: string): void
  stdout(): string
  stderr(): string
  /** The objects of a JSON log. */
  lines(): Record<string, unknown>[]
}

const running: FakeEngine[] = []
afterEach(() => {
  for (const engine of running.splice(0)) {
    engine.finishStart()
    engine.finishStop()
  }
})

function start(cwd: string, argv: readonly string[], overrides: Partial<Io> = {}): Running {
  const engines: FakeEngine[] = []
  const exits: number[] = []
  const listeners = new Map<string, () => void>()
  let out = ''
  let err = ''
  const code = main(argv, {
    cwd,
    home: path.join(cwd, 'home'),
    environment: {},
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    onSignal(signal, run) {
      listeners.set(signal, run)
      return () => listeners.delete(signal)
    },
    exit: (exitCode) => exits.push(exitCode),
    async createEngine(task, options) {
      const engine = fakeEngine(task, options)
      engines.push(engine)
      running.push(engine)
      return engine
    },
    ...overrides,
  })
  return {
    code,
    engines,
    exits,
    signals: listeners,
    signal: (name) => listeners.get(name)?.(),
    stdout: () => out,
    stderr: () => err,
    lines: () =>
      out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

/** A machine that does other things, too, may take its time. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000 })

async function started(argv: readonly string[] = [], overrides: Partial<Io> = {}) {
  const cwd = project({ 'data/': '' })
  const run = start(cwd, ['data', 'copy', ...argv], overrides)
  await soon(() => expect(run.signals.size).toBe(3))
  return { ...run, engine: run.engines[0]!, cwd }
}

const events = (run: Running, name: string) => run.lines().filter(({ event }) => event === name)

describe('what needs no engine', () => {
  test.each(['--help', '-h'])('%s', async (flag) => {
    const run = start('/', [flag])
    expect(await run.code).toBe(0)
    expect(run.stdout()).toContain('--until-idle')
  })

  test('--version', async () => {
    const run = start('/', ['--version'])
    expect(await run.code).toBe(0)
    expect(run.stdout()).toMatch(/^\d+\.\d+\.\d+\S*\n$/u)
  })

  test('nothing at all says how to begin', async () => {
    const run = start(project(), [])
    expect(await run.code).toBe(2)
    expect(run.stderr()).toContain('clsync ./src /backup/src')
    expect(run.stdout()).toBe('')
  })

  test.each([
    [['status'], /"status" is neither a command nor a directory/u],
    [['--onec'], /Did you mean --once\?/u],
    [['a', 'b', 'c'], /3 words/u],
    [['--delay'], /--delay needs a value/u],
    [['--delay', '--once'], /"--once" follows/u],
    [['--once=yes'], /takes no value/u],
    [['--once', '--until-idle'], /contradict/u],
    [['--log-format', 'xml'], /--log-format is "xml"/u],
    [['.', 'host:/x'], /--handler @clsync\/handler-rsync/u],
    [['.', 's3://bucket'], /--handler @clsync\/handler-s3/u],
    [['.'], /no target/u],
  ])('%j ends with 2', async (argv, says) => {
    const run = start(project(), argv)
    expect(await run.code).toBe(2)
    expect(run.stderr()).toMatch(says)
    expect(run.stderr()).not.toContain('    at ')
    expect(run.engines).toEqual([])
  })

  test('errors are one JSON object where that is asked for', async () => {
    const run = start(project(), ['./gone', 'x', '--log-format', 'json'])
    expect(await run.code).toBe(2)
    expect(JSON.parse(run.stderr())).toMatchObject({
      level: 'error',
      event: 'error',
      code: 'ROOT_MISSING',
      fix: expect.any(String) as string,
    })
  })
})

describe('live', () => {
  test('is ready once, then ends with 0 when a signal has drained it', async () => {
    const run = await started(['--log-format', 'json'])
    expect(events(run, 'ready')).toEqual([])
    run.engine.finishStart()
    await soon(() => expect(events(run, 'ready')).toHaveLength(1))
    expect(events(run, 'ready')[0]).toMatchObject({
      level: 'info',
      task: 'data',
      files: 11,
      directories: 2,
      monitor: 'inotify',
      ms: expect.any(Number) as number,
    })
    run.signal('SIGTERM')
    expect(run.engine.stops).toEqual([false])
    run.engine.finishStop()
    expect(await run.code).toBe(0)
    expect(run.signals.size).toBe(0)
  })

  test('a second signal aborts and ends with 128 + n, a third ends at once', async () => {
    const run = await started()
    run.engine.finishStart()
    run.signal('SIGINT')
    run.signal('SIGINT')
    expect(run.engine.stops).toEqual([false, true])
    run.signal('SIGINT')
    expect(run.exits).toEqual([130])
    expect(await run.code).toBe(130)
  })

  test('a signal during the first sync is obeyed too', async () => {
    const run = await started()
    run.signal('SIGTERM')
    run.engine.finishStop()
    expect(await run.code).toBe(0)
  })

  test('ends with 3 when every target refuses to go on, and says why', async () => {
    const run = await started()
    run.engine.finishStart()
    run.engine.setTarget({ state: 'halted', halt: { code: 'HANDLER_REFUSED', message: 'Wrong password.', fix: 'Correct it.' } })
    run.engine.hooks.stateChanged.call({ target: 'mirror', from: 'running', to: 'halted' })
    await soon(() => expect(run.engine.stops).toEqual([false]))
    run.engine.finishStop()
    expect(await run.code).toBe(3)
    expect(run.stdout()).toContain('Wrong password. Correct it.')
  })

  test('waits for a source that vanished, and is ready when it is back', async () => {
    const run = await started()
    const halt = { code: 'ROOT_EMPTIED', message: 'The source was emptied.', fix: 'Look.' }
    run.engine.become('halted', { halt })
    run.engine.finishStart()
    await soon(() => expect(run.stdout()).toContain('The source was emptied. Look.'))
    run.engine.become('running', { halt: undefined })
    expect(run.stdout()).not.toContain('ready')
    run.engine.hooks.drained.call()
    run.engine.hooks.drained.call()
    expect(run.stdout().match(/ready/gu)).toHaveLength(1)
    expect(run.engine.stops).toEqual([])
    run.signal('SIGTERM')
    run.engine.finishStop()
    expect(await run.code).toBe(0)
  })

  test('goes on while one of two tasks can', async () => {
    const cwd = project({
      'data/': '',
      '.clsyncrc': { tasks: { a: { source: 'data', destination: 'x' }, b: { source: 'data', destination: 'y' } } },
    })
    const run = start(cwd, [])
    await soon(() => expect(run.signals.size).toBe(3))
    for (const engine of run.engines) engine.finishStart()
    run.engines[0]!.setTarget({ state: 'halted' })
    run.engines[0]!.become('halted')
    await soon(() => expect(run.stdout()).toContain('b  ready'))
    expect(run.engines[0]!.stops).toEqual([])
    run.signal('SIGTERM')
    for (const engine of run.engines) engine.finishStop()
    expect(await run.code).toBe(0)
  })

  test('a start that fails stops the other tasks and ends with the code of the error', async () => {
    const cwd = project({
      'data/': '',
      '.clsyncrc': { tasks: { a: { source: 'data', destination: 'x' }, b: { source: 'data', destination: 'y' } } },
    })
    const run = start(cwd, [])
    await soon(() => expect(run.signals.size).toBe(3))
    run.engines[0]!.finishStart(new ClsyncError('STATE_LOCKED', { message: 'Another clsync runs this task.', fix: 'Stop it.' }))
    expect(await run.code).toBe(4)
    expect(run.engines[1]!.stops).toContain(true)
    expect(run.stderr()).toMatch(/Another clsync[^]*Fix: Stop it\./u)
    expect(run.signals.size).toBe(0)
  })
})

describe('--once', () => {
  async function once(prepare: (engine: FakeEngine) => void, argv: readonly string[] = ['--once']) {
    const run = await started([...argv, '--log-format', 'json'])
    prepare(run.engine)
    run.engine.finishStart()
    run.engine.becomeIdle()
    await soon(() => expect(run.engine.stops).toEqual([false]))
    run.engine.finishStop()
    return { run, code: await run.code }
  }

  test('ends with 0 when all is in sync, after exactly one ready', async () => {
    const { run, code } = await once(() => {})
    expect(code).toBe(0)
    expect(run.lines().flatMap(({ event }) => (event === 'ready' || event === 'done' ? [event] : []))).toEqual(['ready', 'done'])
  })

  test('ends with 1 and lists the problems', async () => {
    const problem = { path: 'a/b', reason: 'no space left', since: 0, attempts: 2 }
    const { run, code } = await once((engine) => engine.setTarget({ problems: [problem], problemCount: 3 }))
    expect(code).toBe(1)
    const text = run
      .lines()
      .map(({ message }) => message)
      .join('\n')
    expect(text).toMatch(/3 paths could not be synced[^]*a\/b: no space left[^]*2 more/u)
    expect(text).not.toContain('done')
  })

  test('ends with 3 when deletes are held, or a target is halted', async () => {
    expect((await once((engine) => engine.setTarget({ heldDeletes: 500 }))).code).toBe(3)
    const halt = { code: 'HANDLER_REFUSED', message: 'Wrong password.', fix: 'Correct it.' }
    expect((await once((engine) => engine.setTarget({ state: 'halted', halt }))).code).toBe(3)
  })

  test('cut short by a signal ends with 128 + n', async () => {
    const run = await started(['--once'])
    run.engine.finishStart()
    run.signal('SIGTERM')
    run.engine.finishStop()
    expect(await run.code).toBe(143)
  })

  test('is what --dry-run does', async () => {
    const { run, code } = await once(() => {}, ['--dry-run'])
    expect(code).toBe(0)
    expect(run.engine.task.dryRun).toBe(true)
  })

  test('tells of a dry run what would have been sent', async () => {
    const { run } = await once(
      (engine) => {
        const change = {
          type: 'create',
          path: 'new',
          kind: 'file',
          previousKind: 'none',
          content: true,
          recursive: false,
        } as const
        const batch = { id: 'x', reason: 'initial', attempt: 1, changes: [change] } as const
        engine.hooks.synced.call({ target: 'mirror', handler: 'mirror', batch, count: 1, durationMs: 1, bytes: 0 })
      },
      ['-n'],
    )
    expect(run.lines().map(({ message }) => message)).toContain('would send 1 change (create new), 0 B, 1 ms')
  })
})

describe('--until-idle', () => {
  test('waits for problems to be retried', async () => {
    const run = await started(['--until-idle'])
    run.engine.setTarget({ problems: [{ path: 'a', reason: 'busy', since: 0, attempts: 1 }], problemCount: 1, pending: 1 })
    run.engine.finishStart()
    run.engine.becomeIdle()
    await soon(() => expect(run.stdout()).toContain('ready'))
    expect(run.engine.stops).toEqual([])
    run.engine.hooks.drained.call() // tried in vain
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(run.engine.stops).toEqual([])
    run.engine.setTarget({ problems: [], problemCount: 0, pending: 0 })
    run.engine.hooks.drained.call()
    await soon(() => expect(run.engine.stops).toEqual([false]))
    run.engine.finishStop()
    expect(await run.code).toBe(0)
  })
})

describe('the task that the flags make', () => {
  test('has accept, and goes by its own words', async () => {
    const run = await started(['--accept', '--delay', '2s', '--monitor', 'poll', '--extraneous', 'delete'])
    expect(run.engine.task).toMatchObject({ accept: true, monitor: 'poll', extraneous: 'delete', schedule: { delayMs: 2000 } })
    run.signal('SIGINT')
    run.engine.finishStop()
    await run.code
  })

  test('--accept cannot stand in the environment', async () => {
    const run = await started([], { environment: { CLSYNC_ACCEPT: '1' } })
    expect(run.engine.task.accept).toBe(false)
    run.signal('SIGINT')
    run.engine.finishStop()
    await run.code
  })
})
