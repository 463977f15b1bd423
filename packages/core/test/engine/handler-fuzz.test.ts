import fc from 'fast-check'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Batch, Session, SyncResult } from '../../src/handler.ts'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'
import { readTree, type TargetEntry } from '../../src/testing/snapshot.ts'
import { fuzz } from '../support/fuzz.ts'
import { liveEngine } from '../support/live-engine.ts'
import { oddHandler } from '../support/odd-handler.ts'

const { runs, seed } = fuzz(25)

/** One call of `sync`: how much of the batch is really done, what is then said, and how. */
interface Lapse {
  /** Changes that are done, from the front. */
  readonly done: number
  readonly say: 'failed' | 'strange' | 'throw' | 'thenable' | 'double'
  readonly garbage: unknown
}

const lapse: fc.Arbitrary<Lapse> = fc.record({
  done: fc.nat(4),
  say: fc.constantFrom('failed', 'strange', 'throw', 'thenable', 'double'),
  garbage: fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true, withSet: true, withMap: true }),
    fc.record({ failed: fc.anything() }),
    fc.record({ failed: fc.array(fc.record({ path: fc.anything(), error: fc.anything() }), { minLength: 1 }) }),
  ),
})

/** What goes on at the source while the handler misbehaves. */
const edit = fc.record({ name: fc.constantFrom('a', 'b', 'd/a', 'd/b', 'e/a'), content: fc.option(fc.string({ maxLength: 3 })) })

test(`whatever a handler answers, nothing is lost: ${runs} runs from seed ${seed}`, { timeout: 600_000 }, async () => {
  let lapses = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(lapse, { minLength: 1, maxLength: 6 }),
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      async (odd, edits) => {
        const target = createMemoryHandler({ parallel: 2, maxChanges: 3 })
        const steady = createMemoryHandler()
        const queue = [...odd]
        // One lapse after the other, and sane when there is none left.
        const handler = oddHandler(target, (session, batch, signal) => {
          const next = queue.shift()
          return next === undefined ? session.sync(batch, signal) : commit(next, session, batch, signal)
        })
        const { engine, folder } = liveEngine({ handlers: { odd: handler, steady: steady.handler } })
        for (const name of ['a', 'd/a', 'd/b']) apply(folder, { name, content: name })
        await engine.start()
        for (const each of edits) apply(folder, each)
        const left = () => engine.status().targets.map(({ problemCount, pending }) => problemCount + pending)
        await expect.poll(() => [contents(target.entries), ...left()], { timeout: 10_000 }).toEqual([listing(folder), 0, 0])
        expect(contents(steady.entries)).toEqual(listing(folder))
        await engine.stop()
        lapses += odd.length - queue.length
      },
    ),
    { numRuns: runs, seed },
  )
  console.log(`${runs} histories with ${lapses} lapses, seed ${seed}`)
})

async function commit({ done, say, garbage }: Lapse, session: Session, batch: Batch, signal: AbortSignal): Promise<SyncResult> {
  const some = { ...batch, changes: batch.changes.slice(0, done) }
  const left = batch.changes.slice(done)
  await session.sync(some, signal)
  const failed = left.map(({ path: each }) => ({ path: each, error: garbage }))
  if (say === 'throw') throw garbage
  if (say === 'failed' || left.length === 0) return { failed }
  if (say === 'double') return { failed: [...failed, ...failed] }
  // What says that all is well would be a lie, and a handler is believed.
  const answer = isConsent(garbage) ? { failed: [{ path: 'unknown' }] } : garbage
  return (say === 'thenable' ? thenable(answer) : answer) as SyncResult
}

/** Only like a promise, as those of other libraries are. */
function thenable(answer: unknown): object {
  const promise = {}
  Reflect.set(promise, 'then', (resolve: (value: unknown) => void) => resolve(answer))
  return promise
}

/** Whether an answer says that everything arrived. */
function isConsent(answer: unknown): boolean {
  if (answer === undefined || answer === null) return true
  if (typeof answer !== 'object') return false
  const { failed } = answer as { failed?: unknown }
  return failed === undefined || failed === null || (Array.isArray(failed) && failed.length === 0)
}

function apply(folder: string, { name, content }: { readonly name: string; readonly content: string | null }): void {
  const at = path.join(folder, 'source', name)
  if (content === null) return fs.rmSync(at, { force: true })
  fs.mkdirSync(path.dirname(at), { recursive: true })
  fs.writeFileSync(at, content)
}

/** What the source holds: names, and of files what is in them. */
function listing(folder: string): Record<string, string> {
  return contents(readTree(path.join(folder, 'source')))
}

function contents(entries: ReadonlyMap<string, TargetEntry>): Record<string, string> {
  return Object.fromEntries([...entries].map(([name, { kind, hash = '' }]) => [name, `${kind} ${hash}`]))
}
