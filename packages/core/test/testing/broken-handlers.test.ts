import fs from 'node:fs'
import { conformance, createMemoryHandler, type MemoryTarget, type TargetEntry } from '@clsync/core/testing'
import { describe, expect, test } from 'vitest'
import { type Batch, type Change, type Handler, type Session, sourcePath, type SyncResult, z } from '../../src/handler.ts'

/** A handler made wrong in one way, and a case that has to notice. */
interface Broken {
  readonly name: string
  readonly caughtBy: RegExp
  readonly handler?: (handler: Handler) => Handler
  readonly sync?: (tools: Tools) => Session['sync']
}

interface Tools {
  readonly root: string
  readonly entries: Map<string, TargetEntry>
  readonly good: Session['sync']
}

const without = (keep: (change: Change) => boolean) => (tools: Tools) => (batch: Batch, signal: AbortSignal) =>
  tools.good({ ...batch, changes: batch.changes.filter(keep) }, signal)

const BROKEN: readonly Broken[] = [
  { name: 'ignores deletes', caughtBy: /^delete: a file/, sync: without(({ type }) => type !== 'delete') },
  { name: 'ignores updates', caughtBy: /^update: content/, sync: without(({ type }) => type !== 'update') },
  { name: 'ignores changes without content', caughtBy: /^update: modes/, sync: without(({ content }) => content) },
  { name: 'ignores symbolic links', caughtBy: /^symlinks: to a file/, sync: without(({ kind }) => kind !== 'symlink') },
  {
    name: 'takes a kind change for none',
    caughtBy: /^kind: a file/,
    sync: without((c) => c.type !== 'update' || c.kind === c.previousKind),
  },
  {
    name: 'does nothing after the first 100 changes',
    caughtBy: /^batch: as many/,
    sync: (tools) => (batch, signal) => tools.good({ ...batch, changes: batch.changes.slice(0, 100) }, signal),
  },
  {
    name: 'names failed paths that are not in the batch',
    caughtBy: /^create: a tree/,
    sync: (tools) => async (batch, signal) => {
      await tools.good(batch, signal)
      return { failed: [{ path: 'elsewhere', error: new Error('no') }] }
    },
  },
  {
    name: 'fails paths that have vanished',
    caughtBy: /^race: paths that vanish/,
    sync: (tools) => async (batch, signal) => {
      const gone = batch.changes.filter(({ type, path }) => type !== 'delete' && !fs.existsSync(sourcePath(tools.root, path)))
      const result: SyncResult | void = await tools.good(batch, signal)
      return { failed: [...(result?.failed ?? []), ...gone.map(({ path }) => ({ path, error: new Error('vanished') }))] }
    },
  },
  {
    name: 'touches the source',
    caughtBy: /^race: the source is never/,
    sync: (tools) => async (batch, signal) => {
      for (const { path } of batch.changes) fs.lutimesSync(sourcePath(tools.root, path), 1, 1)
      return tools.good(batch, signal)
    },
  },
  {
    name: 'reads through links in the source',
    caughtBy: /^symlinks: a directory of the source/,
    sync: (tools) => async (batch, signal) => {
      const result = await tools.good(batch, signal)
      for (const { path, kind } of batch.changes) if (kind === 'file') tools.entries.set(path, { kind })
      return result
    },
  },
  {
    name: 'never looks at the signal',
    caughtBy: /^abort: a signal/,
    sync: (tools) => (batch) => tools.good(batch, new AbortController().signal),
  },
  {
    name: 'never ends once aborted',
    caughtBy: /^abort: a signal/,
    sync: (tools) => (batch, signal) => (signal.aborted ? new Promise(() => undefined) : tools.good(batch, signal)),
  },
  {
    name: 'writes in a dry run',
    caughtBy: /dry run/,
    handler: (handler) => ({ ...handler, setup: (options, context) => handler.setup(options, { ...context, dryRun: false }) }),
  },
  {
    name: 'takes any option',
    caughtBy: /^options: an unknown/,
    handler: (handler) => ({ ...handler, options: z.looseObject({}) }),
  },
  {
    name: 'does not describe its options',
    caughtBy: /^options: every/,
    handler: (handler) => ({ ...handler, options: z.strictObject({ label: z.string().default('') }) }),
  },
  { name: 'moves without taking along what lies below', caughtBy: /^move: a populated/, sync: (tools) => moveAlone(tools) },
  { name: 'forgets changes now and then', caughtBy: /^walk:/, sync: without(({ path }) => !path.includes('c')) },
]

function moveAlone({ entries, good }: Tools): Session['sync'] {
  return (batch, signal) => {
    for (const { type, from } of batch.changes) {
      if (type === 'move') for (const path of [...entries.keys()]) if (path.startsWith(`${from}/`)) entries.delete(path)
    }
    return good(batch, signal)
  }
}

describe('the conformance suite notices a handler that', () => {
  test.each(BROKEN)('$name', async ({ caughtBy, handler = (same: Handler) => same, sync }) => {
    const memory: MemoryTarget = createMemoryHandler()
    const broken = handler({
      ...memory.handler,
      setup: (options, context) =>
        breakSession(
          memory,
          context.root,
          sync,
          memory.handler.setup(z.object({ label: z.string().default('') }).parse(options), context),
        ),
    })
    const target = async () => {
      memory.entries.clear()
      return { options: {}, read: async () => new Map(memory.entries), dispose: async () => undefined }
    }
    const found = conformance({ handler: broken, target }).find(({ name }) => caughtBy.test(name))
    expect(found).toBeDefined()
    await expect(found?.run()).rejects.toBeInstanceOf(Error)
  })
})

async function breakSession(
  memory: MemoryTarget,
  root: string,
  sync: Broken['sync'],
  good: Session | Promise<Session>,
): Promise<Session> {
  const session = await good
  const tools = { root, entries: memory.entries, good: session.sync.bind(session) }
  return sync === undefined ? session : { ...session, sync: sync(tools) }
}
