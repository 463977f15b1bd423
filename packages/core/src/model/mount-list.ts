import type { RawPath } from './path.ts'

/** One line of Linux's `/proc/self/mountinfo`. */
export interface Mount {
  /** Given out anew at each mount. */
  readonly id: string
  /** Of the file system; the same for all its mounts. */
  readonly device: string
  /** The directory of the file system that is mounted; `/` but for bind mounts and subvolumes. */
  readonly root: RawPath
  /** Where it is mounted. */
  readonly point: RawPath
}

/** Where Linux lists what this process sees mounted. */
export const MOUNT_LIST = '/proc/self/mountinfo'

/** Reads the list, one unit a byte; a later mount at the same point covers an earlier one. */
export function parseMounts(list: string): Mount[] {
  const mounts: Mount[] = []
  for (const line of list.split('\n')) {
    const [id, , device, root, point] = line.split(' ')
    if (id === undefined || device === undefined || root === undefined || point === undefined) continue
    mounts.push({ id, device, root: unescaped(root), point: unescaped(point) })
  }
  return mounts
}

/** Spaces, tabs, line ends and backslashes stand as three octal digits. */
function unescaped(text: string): RawPath {
  return text.replaceAll(/\\([0-7]{3})/gu, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))) as RawPath
}
