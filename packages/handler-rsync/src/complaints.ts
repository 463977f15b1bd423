import { nameText } from '@clsync/core/handler'
import { isWithin, nameOf, parentOf } from './path.ts'

/** What rsync said on stderr about a path. */
export interface Complaint {
  /** A path of the run, or a directory above some. `undefined` when it is not clear which. */
  readonly path: string | undefined
  readonly kind: 'failed' | 'vanished' | 'kept'
  readonly text: string
}

export interface Places {
  /** Absolute source and destination directories, one character a byte, in whichever form rsync may print them. */
  readonly roots: readonly string[]
  /** Paths of the run, as bytes, to what they are called. */
  readonly paths: ReadonlyMap<string, string>
}

/** Reads stderr of one run. Names are compared with the paths of the run only, so that a strange name is never taken for another. */
export function readComplaints(stderr: string, places: Places): Complaint[] {
  const complaints: Complaint[] = []
  for (const line of stderr.split('\n')) {
    if (line === '' || NOISE.some((pattern) => pattern.test(line))) continue
    const path = findPath(line, places)
    if (/^(?:file|directory) has vanished: /u.test(line) || (SENDER_LOOKS.test(line) && MISSING.test(line))) {
      complaints.push({ path, kind: 'vanished', text: line })
    } else if (line.startsWith('cannot delete non-empty directory: ')) complaints.push({ path, kind: 'kept', text: line })
    else complaints.push({ path, kind: 'failed', text: line })
  }
  return complaints
}

/** Whether every other path would meet the same, so that the batch is better tried again as a whole. */
export function concernsAll(text: string): boolean {
  return /No space left on device|Disk quota exceeded|Read-only file system|Stale file handle|Transport endpoint is not connected/u.test(
    text,
  )
}

function findPath(line: string, { roots, paths }: Places): string | undefined {
  for (const candidate of candidatesIn(line)) {
    const name = unescape(candidate)
    for (const relative of relativesOf(name, roots)) {
      const known = nearest(relative, paths) ?? nearest(withoutTempName(relative), paths)
      if (known !== undefined) return known
    }
  }
  return undefined
}

/** The path itself when it is one of the run; a directory that paths of the run lie in. */
function nearest(relative: string | undefined, paths: ReadonlyMap<string, string>): string | undefined {
  if (relative === undefined || relative === '') return undefined
  const known = paths.get(relative)
  if (known !== undefined) return known
  for (const [bytes] of paths) if (isWithin(bytes, relative)) return nameText(Buffer.from(relative, 'latin1'))
  return undefined
}

/** Texts in a message that may be a name. Names may hold quotes, so the longest comes first. */
function* candidatesIn(line: string): Generator<string> {
  const quoted = /"(.*)"/su.exec(line)?.[1]
  if (quoted !== undefined) {
    yield quoted
    // rename "one" -> "other"
    yield* quoted.split('" -> "')
  }
  const listed = /\((.*?)\) failed/su.exec(line)?.[1]
  if (listed !== undefined) yield listed
  const last = /: (.*)$/su.exec(line)?.[1]
  if (last !== undefined) {
    yield last
    yield last.replace(/ failed verification.*$/su, '')
  }
}

function* relativesOf(name: string, roots: readonly string[]): Generator<string> {
  for (const root of roots) if (name.startsWith(`${root}/`)) yield name.slice(root.length + 1)
  yield name.replace(/^(?:\.?\/)+/u, '')
}

/** `d/.name.Ab12Cd` is where `d/name` is written first. */
function withoutTempName(relative: string): string | undefined {
  const inner = /^\.(.+)\.[A-Za-z0-9]{6}$/su.exec(nameOf(relative))?.[1]
  const parent = parentOf(relative)
  return inner === undefined ? undefined : parent === '' ? inner : `${parent}/${inner}`
}

/** rsync writes what cannot be printed as `\#ooo`. */
function unescape(text: string): string {
  return text.replace(/\\#([0-7]{3})/gu, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

const SENDER_LOOKS = /\[sender\].*(?:link_stat|readlink_stat|send_files failed to open|readlink|opendir|change_dir)/u
const MISSING = /No such file or directory|Not a directory|Too many levels of symbolic links/u
const NOISE = [
  /^rsync (?:error|warning): /u,
  /^WARNING: parent dir is absent in the file list: /u,
  /^IO error encountered/u,
  /^\*\*\* Skipping any contents from this failed directory \*\*\*$/u,
  /^default_perms_for_dir: .* falling back on umask$/u,
  /^\s*$/u,
]
