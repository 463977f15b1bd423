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
    parallel: 2,
    maxChanges: 5000,
  },
  // A daemon may take few connections at once, often one; and nobody sets the time there of a directory that two write into.
  capabilitiesFor({ destination, parallel, shell }) {
    const isBare = !shell || parseDestination(destination).kind === 'daemon'
    return { parallel: isBare ? 1 : parallel }
  },
  identity: ({ destination }) => destinationText(parseDestination(destination)),
  setup: openSession,
})
