/** What an entry is. `other` is a fifo, socket or device. */
export type Kind = 'file' | 'directory' | 'symlink' | 'other'

/** What `lstat` said about an entry, as far as clsync looks at it. Times are milliseconds since 1970 with fractions. */
export interface Observation {
  readonly kind: Kind
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  /** Birth time; 0 where the file system has none. Tells a reused inode number from the same file. */
  readonly birthMs: number
  /** Permission bits only, `0o7777`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly dev: number
  readonly ino: number
  readonly nlink: number
}

/** Identifies a directory of the tree for as long as it exists, also across renames. The root is {@link ROOT_DIR}. */
export type DirId = number

export const ROOT_DIR: DirId = 1

/** Whether two observations are of the same file or directory, by device, inode and birth. */
export function sameIdentity(
  a: Pick<Observation, 'kind' | 'dev' | 'ino' | 'birthMs'>,
  b: Pick<Observation, 'kind' | 'dev' | 'ino' | 'birthMs'>,
): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.birthMs === b.birthMs && a.kind === b.kind
}

/** Whether nothing that `lstat` shows differs. Directories are compared without times: those follow their entries. */
export function sameObservation(a: Observation, b: Observation): boolean {
  return (
    sameIdentity(a, b) &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    (a.kind === 'directory' ||
      (a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.nlink === b.nlink))
  )
}
