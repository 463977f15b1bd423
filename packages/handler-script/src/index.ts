import { defineHandler } from '@clsync/core/handler'
import { scriptOptions } from './options.ts'
import { openSession } from './session.ts'

export type { ScriptOptions } from './option-fields.ts'

/** Runs a command for what changed. */
export default defineHandler({
  name: 'script',
  options: scriptOptions,
  capabilities: { byteNames: true },
  capabilitiesFor: ({ on, moves, deletes, kinds, concurrency, maxChanges, input }) => ({
    moves: moves ?? on?.move !== undefined,
    deletes,
    kinds,
    // Runs of one batch are what goes on at once there.
    parallel: input === 'each' ? 1 : concurrency,
    maxChanges,
  }),
  identity: ({ destination, command, on }) => destination ?? JSON.stringify([command, on]),
  setup: openSession,
})
