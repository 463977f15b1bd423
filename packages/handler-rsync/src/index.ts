import { defineHandler } from '@clsync/core/handler'
import { destinationText, parseDestination } from './destination.ts'
import { rsyncOptions } from './options.ts'
import { openSession } from './session.ts'

export type { RsyncOptions } from './options.ts'

/** Keeps a directory equal to the source through rsync: a local one, one behind ssh, or one of an rsync daemon. */
export default defineHandler({
  name: 'rsync',
  options: rsyncOptions,
  capabilities: {
    moves: true,
    deletes: true,
    byteNames: true,
    kinds: ['file', 'directory', 'symlink'],
    parallel: 1,
    maxChanges: 5000,
  },
  identity: ({ destination }) => destinationText(parseDestination(destination)),
  setup: openSession,
})
