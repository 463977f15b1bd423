import type { Batch, Change } from '@clsync/core/handler'

/**
 * The mask of inotify that the C clsync would have collected for such a change. What went on between two looks is not known, so it is
 * that of the plainest way to get there: a file that was written and closed, a directory that was made, … The first sync knows of
 * creations only.
 */
export function maskOf(
  { type, kind, content, stat }: Pick<Change, 'type' | 'kind' | 'content' | 'stat'>,
  reason: Batch['reason'],
): number {
  if (reason !== 'change' && type === 'create') return kind === 'directory' ? IS_DIRECTORY + CREATE : CREATE
  const directory = kind === 'directory' ? IS_DIRECTORY : 0
  switch (type) {
    case 'delete':
      return directory + (kind === 'directory' ? DELETE + DELETE_SELF : DELETE)
    case 'move':
      return directory + MOVED_TO
    case 'create':
      return directory + (kind === 'file' ? CREATE + (stat?.sizeBytes === 0 ? 0 : MODIFY) + CLOSE_WRITE : CREATE)
    case 'update':
      return content && kind === 'file' ? MODIFY + CLOSE_WRITE : directory + ATTRIB
  }
}

const MODIFY = 2
const ATTRIB = 4
const CLOSE_WRITE = 8
const MOVED_TO = 128
const CREATE = 256
const DELETE = 512
const DELETE_SELF = 1024
const IS_DIRECTORY = 0x4000_0000
