import fs from 'node:fs'
import { type Change, defineHandler, z } from '@clsync/core/handler'

/** What {@link recorder} writes down of each batch: one line of JSON. */
export interface RecordedBatch {
  readonly id: string
  readonly reason: string
  readonly changes: readonly Pick<Change, 'type' | 'path' | 'from' | 'kind'>[]
}

/** A handler that syncs nothing: it writes down what it is handed, and may take its time. */
const recorder = defineHandler({
  name: 'recorder',
  options: z.strictObject({
    /** File to append to. */
    file: z.string(),
    /** While a file exists there, a batch is held until it is gone or the batch is given up. */
    gate: z.string().optional(),
  }),
  capabilities: { recursive: false, moves: true, byteNames: true },
  setup: ({ file, gate }) => ({
    async sync({ id, reason, changes }, signal) {
      const told = changes.map(({ type, path, kind, from }) =>
        from === undefined ? { type, path, kind } : { type, path, kind, from },
      )
      const batch: RecordedBatch = { id, reason, changes: told }
      fs.appendFileSync(file, `${JSON.stringify(batch)}\n`)
      while (gate !== undefined && fs.existsSync(gate)) {
        signal.throwIfAborted()
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }),
})

export default recorder
