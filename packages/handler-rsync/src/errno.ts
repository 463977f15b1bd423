/** The system's code of an error (`ENOENT`, …); `undefined` for other errors. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

/** Whether the error says that there is nothing at the path, or that a file or a link stands above it. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

/** What the commands at a target would say of an error, without the path. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  return TEXTS[code] ?? (error as Error).message.split(',')[0]!
}

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
}
