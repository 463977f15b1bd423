import {
  type Batch,
  type Capabilities,
  defineHandler,
  type Handler,
  type Session,
  type SyncResult,
  z,
} from '../../src/handler.ts'
import { createMemoryHandler } from '../../src/testing/memory-handler.ts'

/** A target in memory whose batches wait until they are let through. */
export interface Gate {
  readonly handler: Handler
  /** Paths that it holds. */
  names(): string[]
  /** All batches that came, as `+a ~b -c`. */
  readonly came: string[]
  /** When each came, in milliseconds. */
  readonly times: number[]
  /** Most batches that were there at once. */
  most(): number
  waiting(): number
  /** Lets all that wait through, and what comes later; or the one that came first. */
  open(): void
  openFirst(): void
  /** What comes from now on waits. */
  close(): void
  /** What it does with a batch; `sync` is what it would do by itself. */
  answer: (batch: Batch, sync: () => Promise<SyncResult | void>) => SyncResult | Promise<SyncResult | void>
}

/** Open at first. */
export function createGate(claims: Partial<Capabilities> = {}, session: Partial<Session> = {}): Gate {
  const memory = createMemoryHandler({ recursive: false, ...claims })
  const waiting: (() => void)[] = []
  let isOpen = true
  let most = 0
  const handler = defineHandler({
    name: 'gate',
    options: z.object({}),
    capabilities: memory.handler.capabilities,
    async setup(_options, context) {
      const own = await memory.handler.setup({ label: 'memory' }, context)
      return {
        ...own,
        ...session,
        async sync(batch, signal) {
          gate.came.push(told(batch))
          gate.times.push(performance.now())
          if (!isOpen) await new Promise<void>((resolve) => (most = Math.max(most, waiting.push(resolve))))
          return gate.answer(batch, () => own.sync(batch, signal))
        },
      }
    },
  })
  const gate: Gate = {
    handler,
    names: () => [...memory.entries.keys()].toSorted(),
    came: [],
    times: [],
    most: () => most,
    waiting: () => waiting.length,
    open() {
      isOpen = true
      for (const pass of waiting.splice(0)) pass()
    },
    openFirst: () => waiting.shift()?.(),
    close: () => void (isOpen = false),
    answer: (_batch, sync) => sync(),
  }
  return gate
}

function told({ changes }: Batch): string {
  const signs = { create: '+', update: '~', delete: '-', move: '>' } as const
  return changes.map(({ type, path }) => signs[type] + path).join(' ')
}
