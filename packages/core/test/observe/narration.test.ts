import { describe, expect, test } from 'vitest'
import type { Change } from '../../src/handler.ts'
import { createHooks } from '../../src/hooks.ts'
import { createLogger, type Level } from '../../src/observe/log.ts'
import { narrate } from '../../src/observe/narration.ts'
import { createTerminal } from '../../src/observe/terminal.ts'
import { statusOf } from '../support/fake-engine.ts'

function setup({ level = 'info', dryRun = false }: { level?: Level; dryRun?: boolean } = {}) {
  let text = ''
  let nowMs = 0
  const clock = { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel() {} }) }
  const log = createLogger({
    terminal: createTerminal({ write: (part: string) => (text += part) }, {}),
    clock,
    format: 'json',
    level,
  })
  const hooks = createHooks((_hook, _tap, error) => {
    throw error
  })
  narrate(hooks, { log, clock, dryRun, status: () => statusOf('data') })
  return {
    hooks,
    advance: (ms: number) => (nowMs += ms),
    messages: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => String((JSON.parse(line) as { message: unknown }).message)),
  }
}

const change = (path: string): Change => ({
  type: 'update',
  path,
  kind: 'file',
  previousKind: 'file',
  content: true,
  recursive: false,
})
const batch = (...paths: string[]) => ({ id: 'x', reason: 'change' as const, attempt: 1, changes: paths.map(change) })
const at = { target: 'backup', handler: 'mirror' }

describe('a batch', () => {
  test('is one line; of one change with its name', () => {
    const { hooks, messages } = setup()
    hooks.synced.call({ ...at, batch: batch('a', 'b'), count: 2, durationMs: 14.2, bytes: 12_345 })
    hooks.synced.call({ ...at, batch: batch('c'), count: 1, durationMs: 2, bytes: 3 })
    expect(messages()).toEqual(['2 changes, 12 kB, 14 ms', '1 change (update c), 3 B, 2 ms'])
  })

  test('names each change when everything is asked for', () => {
    const { hooks, messages } = setup({ level: 'debug' })
    hooks.synced.call({ ...at, batch: batch('a', 'b'), count: 2, durationMs: 1, bytes: 1 })
    expect(messages()).toEqual(['update a', 'update b', '2 changes, 1 B, 1 ms'])
  })
})

describe('failures', () => {
  test('of paths are few lines and a count', () => {
    const { hooks, messages } = setup()
    for (let number = 0; number < 100; number++)
      hooks.failed.call({ ...at, batch: batch('a'), path: `p${number}`, error: new Error('denied') })
    hooks.drained.call()
    expect(messages()).toEqual([
      ...[0, 1, 2, 3, 4].map((number) => `p${number}: denied`),
      'and 95 more paths failed; all are tried again',
    ])
  })

  test('of whole batches fill no disk: an hour of outage is at most a line a minute', () => {
    const { hooks, messages, advance } = setup()
    for (let second = 0; second < 3600; second++) {
      hooks.failed.call({ ...at, batch: batch('a'), error: new Error('connection refused') })
      advance(1000)
    }
    expect(messages()[0]).toBe('1 change failed and will be tried again: connection refused')
    expect(messages().length).toBeGreaterThan(1)
    expect(messages().length).toBeLessThanOrEqual(100)
  })

  test('with another reason are told at once', () => {
    const { hooks, messages } = setup()
    for (const reason of ['one', 'other', 'one']) hooks.failed.call({ ...at, batch: batch('a'), error: new Error(reason) })
    expect(messages()).toHaveLength(2)
  })
})
