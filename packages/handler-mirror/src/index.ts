import path from 'node:path'
import { defineHandler } from '@clsync/core/handler'
import { mirrorOptions } from './options.ts'
import { openSession } from './session.ts'

export type { MirrorOptions } from './options.ts'

/** Keeps a local directory equal to the source, in this process. */
export default defineHandler({
  name: 'mirror',
  options: mirrorOptions,
  capabilities: {
    moves: true,
    deletes: true,
    byteNames: true,
    kinds: ['file', 'directory', 'symlink'],
    parallel: 1,
    maxChanges: 5000,
  },
  identity: ({ destination }) => path.resolve(destination),
  setup: openSession,
})
