import { expect, test } from 'vitest'
import { type Batch, defineHandler, type Handler, type Session, z } from '../../src/handler.ts'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { liveEngine } from '../support/live-engine.ts'
import { oddHandler } from '../support/odd-handler.ts'

const hostile = (): never => {
  throw new Error('looked at')
}
const circular = new Error('round')
Object.assign(circular, { self: circular })

/** What a handler may return; each has failed as a whole, and says so. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'a text': 'failed',
  'a switch': false,
  'an error': new Error('meant to be thrown'),
  'failed that is no list': { failed: 'a' },
  'failed that is a set': { failed: new Set(['a']) },
  'a path that is no text': { failed: [{ path: 7, error: 'x' }] },
  'no entries': { failed: [undefined, null] },
  'a path that was not in the batch': { failed: [{ path: 'elsewhere', error: new Error('x') }] },
  'the root': { failed: [{ path: '', error: 'x' }] },
  'a getter that throws': Object.defineProperty({}, 'failed', { get: hostile }),
  'a proxy that throws': new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : hostile()) }),
  'a list that throws': { failed: new Proxy([{}], { get: hostile }) },
}

/** What a handler may throw. */
const ERRORS: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'an empty text': '',
  false: false,
  'a frozen error': Object.freeze(new Error('cold')),
  'a circular error': circular,
  'an object without text': Object.create(null) as unknown,
  'an error whose message throws': Object.defineProperty(new Error('x'), 'message', { get: hostile }),
  'a proxy that throws': new Proxy({}, { get: hostile, getPrototypeOf: hostile }),
  'a refusal without words': { code: 'HANDLER_REFUSED!' },
}

/** Misbehaves until it is told not to, then keeps a target in memory. */
function lapsing(misbehave: (batch: Batch) => unknown): { handler: Handler; names: () => string[]; behave(): void } {
  const memory = createMemoryHandler()
  let isSane = false
  const handler = oddHandler(memory, async (session, batch, signal) =>
    isSane ? session.sync(batch, signal) : (misbehave(batch) as undefined),
  )
  return { handler, names: () => [...memory.entries.keys()].toSorted(), behave: () => (isSane = true) }
}

async function expectNothingLost(misbehave: () => unknown, told: RegExp): Promise<void> {
  const odd = lapsing(misbehave)
  const other = createMemoryHandler()
  const { engine, write } = liveEngine({ handlers: { odd: odd.handler, other: other.handler } })
  write('a')
  write('d/b')
  await engine.start()
  await expect.poll(() => [...other.entries.keys()].toSorted()).toEqual(['a', 'd', 'd/b'])
  const problems = (): readonly { reason: string }[] => engine.status().targets[0]!.problems
  await expect.poll(() => problems().length).toBeGreaterThan(0)
  expect(problems().map(({ reason }) => reason)).toContainEqual(expect.stringMatching(told))
  expect(odd.names()).toEqual([])
  odd.behave()
  await expect.poll(odd.names).toEqual(['a', 'd', 'd/b'])
  await expect.poll(() => problems().length).toBe(0)
}

test.each(Object.entries(ANSWERS))('%s as an answer loses nothing and is told with its handler', async (_what, answer) => {
  await expectNothingLost(() => answer, /handler "odd"/u)
})

test.each(Object.entries(ERRORS))('%s as an error loses nothing', async (_what, error) => {
  await expectNothingLost(() => {
    throw error
  }, /./u)
})

test('a failed path may be named twice and without a reason', async () => {
  const odd = lapsing(({ changes }) => ({
    failed: changes.flatMap(({ path }) => [{ path }, { path, error: path === 'a' ? circular : undefined }]),
  }))
  const { engine, write } = liveEngine({ handlers: { odd: odd.handler } })
  write('a')
  write('d/b')
  await engine.start()
  expect(engine.status().targets[0]!.problems).toEqual([
    expect.objectContaining({ path: 'a', reason: 'round' }),
    expect.objectContaining({ path: 'd', reason: 'The handler gave no reason.' }),
    expect.objectContaining({ path: 'd/b', reason: 'The handler gave no reason.' }),
  ])
})

/** What a setup may return. */
const SESSIONS: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  'a function': () => {},
  'an empty object': {},
  'a sync that is none': { sync: 'yes' },
  'an inventory that is none': { sync: async () => {}, inventory: [] },
  'an inventory of nothing': { sync: async () => {}, inventory: () => undefined },
  'an inventory of texts': { sync: async () => {}, inventory: () => ['a', 'b'] },
  'a getter that throws': Object.defineProperty({}, 'sync', { get: hostile }),
  ...Object.fromEntries(
    ['', '..', '.', 'a/../b', '/a', 'a/', 'a//b', 'a\0b', '\ud800'].map((path) => [
      `an inventory with ${JSON.stringify(path)}`,
      {
        sync: async () => {},
        inventory: () => [
          { path: 'z', kind: 'file' },
          { path, kind: 'file' },
        ],
      },
    ]),
  ),
}

test.each(Object.entries(SESSIONS))('%s as a session is told with its handler, and others go on', async (_what, session) => {
  const handler = defineHandler({ name: 'odd', options: z.object({}), setup: () => session as Session })
  const other = createMemoryHandler()
  const { engine, write } = liveEngine({ handlers: { odd: handler, other: other.handler }, task: { extraneous: 'delete' } })
  write('a')
  await engine.start()
  await expect.poll(() => [...other.entries.keys()]).toEqual(['a'])
  const [odd] = engine.status().targets
  expect(odd!.problems).toEqual([
    expect.objectContaining({ path: '', reason: expect.stringContaining('handler "odd"') as string }),
  ])
  expect(odd!.synced.changes).toBe(0)
})

test('an inventory that names something twice counts it once', async () => {
  const entries = ['z', 'z', 'a'].map((path) => ({ path, kind: 'file' as const }))
  const handler = defineHandler({
    name: 'twice',
    options: z.object({}),
    setup: () => ({ sync: async () => {}, inventory: () => entries }),
  })
  const { engine, write } = liveEngine({ handlers: { twice: handler } })
  write('a')
  await engine.start()
  expect(engine.status().targets[0]!.kept).toBe(1)
})

test.each([
  ['throws', hostile],
  ['rejects with nothing', () => Promise.reject(undefined as unknown as Error)],
  ['never comes back', () => new Promise<void>(() => {})],
])('a close that %s does not keep the engine from stopping', async (_what, close) => {
  const handler = defineHandler({ name: 'odd', options: z.object({}), setup: () => ({ sync: async () => {}, close }) })
  const { engine, write, warnings } = liveEngine({ handlers: { odd: handler } })
  write('a')
  await engine.start()
  await engine.stop()
  expect(engine.status().state).toBe('stopped')
  expect(warnings).toEqual([expect.stringContaining('Closing')])
})
