import { expect, test } from 'vitest'
import { dispatch, type DispatchOptions } from '../../src/engine/dispatch.ts'
import type { SyncResult } from '../../src/handler.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'

function begin(run: DispatchOptions['run'], progress = () => 0) {
  const clock = new FakeClock()
  const cancel = new AbortController()
  const batch = { id: '1', reason: 'change', attempt: 1, changes: [] } as const
  return { clock, cancel, outcome: dispatch({ batch, timeoutMs: 1000, progress, clock, cancel: cancel.signal, run }) }
}

/** Ends when its signal is aborted, with the reason. */
const polite = (signal: AbortSignal): Promise<undefined> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

test('what a handler returns and throws is told, also when it throws at once', async () => {
  expect(await begin(async () => ({ failed: [] })).outcome).toEqual({ type: 'done', result: { failed: [] } })
  const error = new Error('broken')
  const throwing = (): Promise<undefined> => {
    throw error
  }
  expect(await begin(throwing).outcome).toEqual({ type: 'failed', error })
})

test('a handler without progress is aborted', async () => {
  const { clock, outcome } = begin(polite)
  clock.advance(1000)
  expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'SYNC_TIMEOUT' } })
})

test('a handler that gets on may take as long as it needs', async () => {
  let bytes = 0
  const done = Promise.withResolvers<SyncResult | undefined>()
  const { clock, outcome } = begin(
    (signal) => Promise.race([polite(signal), done.promise]),
    () => bytes,
  )
  for (; bytes < 10; bytes++) clock.advance(900)
  done.resolve(undefined)
  expect(await outcome).toMatchObject({ type: 'done' })
})

test('a handler that does not come back is given up, and its late end is told', async () => {
  const done = Promise.withResolvers<SyncResult | undefined>()
  const { clock, cancel, outcome } = begin(() => done.promise)
  cancel.abort(new Error('stopping'))
  clock.advance(10_000)
  const lost = await outcome
  expect(lost).toMatchObject({ type: 'lost', error: { message: 'stopping' } })
  done.resolve({ failed: [] })
  expect(lost.type === 'lost' && (await lost.late)).toEqual({ failed: [] })
})
