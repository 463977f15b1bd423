import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { type Kind, nameText, sourcePath } from '../handler.ts'

/** One entry of a target. Fields that a target does not keep are left out, and are not compared then. */
export interface TargetEntry {
  readonly kind: Kind
  /** SHA-256 of a file's content, in hex; see {@link hashOf}. */
  readonly hash?: string
  /** Text of a symbolic link, one unit a byte (latin1). */
  readonly link?: string
  /** Permission bits, `0o7777`. */
  readonly mode?: number
  /** Modification time in nanoseconds since 1970. */
  readonly mtimeNs?: bigint
}

/** What a local directory holds, for targets that are one. Keys are paths as a change has them. The root is not part of it. */
export function readTree(root: string): Map<string, TargetEntry> {
  const entries = new Map<string, TargetEntry>()
  for (const [path, stat] of walk(root)) {
    const mode = Number(stat.mode) & 0o7777
    const { mtimeNs } = stat
    const kind = kindOf(stat)
    if (kind === 'file') entries.set(path, { kind, hash: hashOf(fs.readFileSync(sourcePath(root, path))), mode, mtimeNs })
    else if (kind === 'symlink') entries.set(path, { kind, link: fs.readlinkSync(sourcePath(root, path), 'latin1'), mtimeNs })
    // A directory's time follows what is done in it, also what nobody is told of.
    else entries.set(path, { kind, mode })
  }
  return entries
}

/** The hash that {@link TargetEntry.hash} holds. */
export function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Every entry below a directory with what `lstat` says, parents first, in an order that depends on the names only. */
export function* walk(root: string, directory = ''): Generator<[path: string, stat: fs.BigIntStats]> {
  const names = fs.readdirSync(sourcePath(root, directory), { encoding: 'buffer' }).map(nameText)
  for (const name of names.toSorted()) {
    const path = directory === '' ? name : `${directory}/${name}`
    const stat = fs.lstatSync(sourcePath(root, path), { bigint: true })
    yield [path, stat]
    if (stat.isDirectory()) yield* walk(root, path)
  }
}

/** The kind that `lstat` tells. */
export function kindOf(stat: fs.BigIntStats | fs.Stats): Kind {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symlink' : 'other'
}

/**
 * Throws when the target differs from the source, and says where. With `extraneous` allowed the target may hold more.
 */
export function assertEqualTrees(
  source: ReadonlyMap<string, TargetEntry>,
  target: ReadonlyMap<string, TargetEntry>,
  extraneous: 'forbidden' | 'allowed' = 'forbidden',
): void {
  const differences: string[] = []
  for (const [path, want] of source) {
    const have = target.get(path)
    const difference = have === undefined ? 'is missing' : describeDifference(want, have)
    if (difference !== undefined) differences.push(`${JSON.stringify(path)} ${difference}`)
  }
  if (extraneous === 'forbidden') {
    for (const path of target.keys()) if (!source.has(path)) differences.push(`${JSON.stringify(path)} is not in the source`)
  }
  if (differences.length === 0) return
  const shown = differences.slice(0, SHOWN).map((line) => `  ${line}`)
  const more = differences.length > SHOWN ? `\n  and ${differences.length - SHOWN} more` : ''
  throw new Error(`The target differs from the source:\n${shown.join('\n')}${more}`)
}

function describeDifference(want: TargetEntry, have: TargetEntry): string | undefined {
  if (have.kind !== want.kind) return `is a ${have.kind}, not a ${want.kind}`
  for (const field of ['hash', 'link', 'mode', 'mtimeNs'] as const) {
    if (have[field] !== undefined && want[field] !== undefined && have[field] !== want[field]) {
      return `has ${field} ${show(field, have)}, not ${show(field, want)}`
    }
  }
  return undefined
}

function show(field: 'hash' | 'link' | 'mode' | 'mtimeNs', entry: TargetEntry): string {
  return field === 'mode' ? `0${entry.mode?.toString(8)}` : String(entry[field])
}

const SHOWN = 10
