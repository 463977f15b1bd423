import { randomBytes } from 'node:crypto'
import { nameOf, parentOf } from './path.ts'
import type { Work } from './unfinished.ts'

/** Names under which new files wait at the target until they are whole. */
export class TempNames {
  readonly #session = randomBytes(4).toString('hex')
  #count = 0

  next(): string {
    return `.clsync-${this.#session}${(this.#count++ % LAST).toString(16).padStart(6, '0')}.tmp`
  }
}

/** An entry of the target. */
export interface Listed {
  /** Bytes, one character each. */
  readonly name: string
  /** When it was changed, by the clock there. */
  readonly changedS: number
  /** Whether `changedS` is only its modification time, which may have been set. */
  readonly isMtime: boolean
}

/** The directories in which work that has broken off may have left something. */
export function directoriesOf({ directories, paths }: Work): string[] {
  return [...new Set([...directories, ...paths.map(([each]) => parentOf(each))])]
}

/**
 * Tells what broken work has left in a directory from what belongs to others: its name is the one that rsync or we would have given,
 * and it did not lie there before.
 */
export function tempsOf(work: Work, directory: string): (entry: Listed) => boolean {
  const isOurs = work.directories.includes(directory)
  const times = new Map(
    work.paths.filter(([each]) => parentOf(each) === directory).map(([each, mtimeS]) => [stemOf(each), mtimeS]),
  )
  return ({ name, changedS, isMtime }) => {
    if (isOurs && OURS.test(name)) return true
    const stem = RSYNCS.exec(name)?.[1]
    if (stem === undefined || !times.has(stem)) return false
    // Its time is set just before it gets its name.
    return changedS >= work.sinceS || (isMtime && changedS === times.get(stem))
  }
}

/** What rsync's name for the temporary file begins with: files end in six letters and digits, links in a number. */
function stemOf(path: string): string {
  const name = nameOf(path).replace(/^\./u, '')
  let stem = name.slice(0, LONGEST_STEM)
  // It leaves no part of a character.
  if (name.charCodeAt(LONGEST_STEM) >= 0x80) stem = stem.replace(/[\u0080-\u00ff]+$/u, '')
  return `.${stem}`.replace(/\.$/u, '')
}

const LAST = 0x1000000
const OURS = /^\.clsync-[0-9a-f]{14}\.tmp$/u
const RSYNCS = /^(.*)\.(?:[A-Za-z0-9]{6}|[0-9]{1,6})$/su
/** 255 without the dot before, what comes behind, and the NUL. */
const LONGEST_STEM = 246
