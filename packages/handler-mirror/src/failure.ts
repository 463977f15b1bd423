/** The system's code of an error (`ENOENT`, …); `undefined` for other errors. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

/** Whether the error says that there is nothing at the path, or no directory above it. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Whether permissions are in the way. */
export function isDenied(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EACCES' || code === 'EPERM'
}

/** Whether the error would meet every other path too, so that the batch is better tried again as a whole. */
export function concernsAll(error: unknown): boolean {
  return EVERYWHERE.has(codeOf(error) ?? '')
}

/** The destination is not there or is another directory. */
export const DESTINATION_GONE = 'MIRROR_DESTINATION_GONE'

const EVERYWHERE = new Set([
  DESTINATION_GONE,
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENODEV',
  'ENOMEM',
  'ENOSPC',
  'ENOTCONN',
  'EROFS',
  'ESTALE',
])
