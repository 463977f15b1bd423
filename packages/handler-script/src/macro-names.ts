/** Values that every command may name. */
export const BATCH_MACROS: readonly string[] = [
  'root',
  'label',
  'destination',
  'batch',
  'attempt',
  'reason',
  'status',
  'iteration',
  'count',
  'pid',
]

/** Values of one change: for runs of one, and for the lines of a list. */
export const CHANGE_MACROS: readonly string[] = ['path', 'absolute-path', 'from', 'type', 'kind', 'mask']
