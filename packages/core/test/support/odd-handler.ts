import { defineHandler, type Handler, type Session, z } from '../../src/handler.ts'
import type { createMemoryHandler } from '../../src/testing/memory-handler.ts'

/** A target in memory that does something of its own with each batch; `session` is what does as it should. */
export function oddHandler(
  { handler: sane }: ReturnType<typeof createMemoryHandler>,
  sync: (session: Session, ...call: Parameters<Session['sync']>) => ReturnType<Session['sync']>,
): Handler {
  return defineHandler({
    name: 'odd',
    options: z.object({}),
    capabilities: sane.capabilities,
    async setup(_options, context) {
      const session = await sane.setup({ label: 'memory' }, context)
      return { ...session, sync: (...call) => sync(session, ...call) }
    },
  })
}
