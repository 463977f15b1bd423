import { defineHandler } from '@clsync/core/handler'
import { identityOf } from './destination.ts'
import { s3Options } from './options.ts'
import { openSession } from './session.ts'

export type { Published } from './published.ts'
export type { S3Options } from './options.ts'

/** Keeps the objects below a prefix of an S3 bucket equal to the source. */
export default defineHandler({
  name: 's3',
  options: s3Options,
  capabilities: {
    moves: true,
    deletes: true,
    // Keys are UTF-8: another name is told to the user by the engine.
    byteNames: false,
    kinds: ['file', 'directory', 'symlink'],
    parallel: 1,
    // The order of publishing holds within a batch, so that one deploy had better be one.
    maxChanges: 5000,
  },
  identity: identityOf,
  setup: openSession,
})
