import { describe, expect, test } from 'vitest'
import { createLogger, type LogOptions } from '../../src/observe/log.ts'
import { createTerminal, printable } from '../../src/observe/terminal.ts'

function setup(options: Partial<LogOptions> = {}) {
  let text = ''
  let nowMs = 0
  const clock = { now: () => Date.UTC(2026, 0, 1) + nowMs, monotonic: () => nowMs, after: () => ({ cancel() {} }) }
  const log = createLogger({
    terminal: createTerminal({ write: (part: string) => (text += part) }, {}),
    clock,
    format: 'json',
    level: 'info',
    ...options,
  })
  return {
    log,
    text: () => text,
    lines: () => text.split('\n').filter(Boolean),
    objects: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    advance: (ms: number) => (nowMs += ms),
  }
}

describe('json', () => {
  test('is one object a line, with scope and data', () => {
    const { log, objects } = setup()
    log
      .scope({ task: 'data' })
      .scope({ target: 'backup' })
      .warn('two\nlines', { count: 3, error: new Error('broken'), big: 5n })
    log.event('ready', 'ready: 3 files', { files: 3 })
    expect(objects()).toEqual([
      {
        time: '2026-01-01T00:00:00.000Z',
        level: 'warn',
        task: 'data',
        target: 'backup',
        message: 'two\nlines',
        count: 3,
        error: 'broken',
        big: '5',
      },
      { time: '2026-01-01T00:00:00.000Z', level: 'info', event: 'ready', message: 'ready: 3 files', files: 3 },
    ])
  })

  test('masks secrets wherever they stand', () => {
    const { log, text } = setup()
    log.info('connecting to https://me:hush1@host/x', {
      token: 'hush2',
      deep: { secretKey: 'hush3', url: 'rsync://me:hush4@host' },
      list: [{ password: 'hush5' }],
      keyboard: 'shown',
    })
    expect(text()).not.toMatch(/hush\d/u)
    expect(text()).toContain('shown')
  })

  test('events come also when only warnings are wanted', () => {
    const { log, objects } = setup({ level: 'warn' })
    log.info('no')
    log.event('ready', 'ready')
    expect(objects().map(({ message }) => message)).toEqual(['ready'])
  })
})

describe('pretty', () => {
  test('is one line each, with scope, and cannot steer the terminal', () => {
    const { log, lines } = setup({ format: 'pretty' })
    log.scope({ task: 'data', target: 'backup' }).warn('evil\u001B[2Jname\nnext', { attempt: 2, reason: 'a b' })
    expect(lines()).toHaveLength(1)
    expect(lines()[0]).toMatch(/^\d\d:\d\d:\d\d data → backup {2}! evil\\x1b\[2Jname\\nnext attempt=2 reason="a b"$/u)
  })

  test('drops what is below the level', () => {
    const { log, lines } = setup({ format: 'pretty' })
    log.debug('no')
    log.info('yes')
    expect(lines()).toHaveLength(1)
    expect(log.isDebug).toBe(false)
  })
})

describe('equal lines', () => {
  test('are written once and counted', () => {
    const { log, objects } = setup()
    for (let at = 0; at < 5; at++) log.warn('again', { n: 1 })
    log.warn('again', { n: 2 })
    expect(objects().map(({ message, repeats }) => [message, repeats])).toEqual([
      ['again', undefined],
      ['(the same 4 times more)', 4],
      ['again', undefined],
    ])
  })

  test('are written again after a while, and counted at the end', () => {
    const { log, objects, advance } = setup()
    log.warn('again')
    log.warn('again')
    advance(11_000)
    log.warn('again')
    log.warn('again')
    log.flush()
    log.flush()
    expect(objects().map(({ message }) => message)).toEqual(['again', '(the same once more)', 'again', '(the same once more)'])
  })
})

test('printable shows bytes that are not text', () => {
  expect(printable('a\uDCFFb\tc\u202Ed é')).toBe('a\\xffb\\tc\\u202ed é')
})
