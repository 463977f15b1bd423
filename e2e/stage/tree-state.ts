import { createHash } from 'node:crypto'
import fs from 'node:fs'

/** What is compared of one entry. */
interface EntryState {
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** 0 for all but files. */
  readonly size: bigint
  readonly mtimeNs: bigint
  /** Of a symlink, else empty. */
  readonly link: string
}

/** Entries by path below the root, one character a byte. */
export type TreeState = ReadonlyMap<string, EntryState>

/** A path for `fs` from one with one character a byte. */
export function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}

/**
 * Everything below a root, exact, contents apart. Fifos, sockets and devices, which are not synced, are left out, and so is what
 * goes while it is looked at, as temporary files do.
 */
export function treeState(root: string): TreeState {
  const entries = new Map<string, EntryState>()
  const waiting = ['']
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const name of fs.readdirSync(bytes(`${root}/${dir}`), 'latin1')) {
      const path = dir === '' ? name : `${dir}/${name}`
      const state = entryState(`${root}/${path}`)
      if (state === undefined) continue
      entries.set(path, state)
      if (state.kind === 'directory') waiting.push(path)
    }
  }
  return entries
}

function entryState(path: string): EntryState | undefined {
  const stat = fs.lstatSync(bytes(path), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : undefined
  if (kind === undefined) return undefined
  return {
    kind,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: kind === 'file' ? stat.size : 0n,
    mtimeNs: stat.mtimeNs,
    link: kind === 'symlink' ? fs.readlinkSync(bytes(path), 'latin1') : '',
  }
}

/** One line for each difference of a target from its source; empty when the target is an exact copy. */
export function differences(source: string, target: string): string[] {
  const wanted = treeState(source)
  const held = treeState(target)
  const found: string[] = []
  for (const [path, state] of wanted) {
    const copy = held.get(path)
    if (copy === undefined) found.push(`missing ${state.kind} ${show(path)}`)
    else found.push(...fields(path, state, copy))
  }
  for (const [path, { kind }] of held) if (!wanted.has(path)) found.push(`extra ${kind} ${show(path)}`)
  return found.length > 0 ? found : contentDifferences(source, target, wanted)
}

function fields(path: string, wanted: EntryState, held: EntryState): string[] {
  const names = ['kind', 'mode', 'uid', 'gid', 'size', 'mtimeNs', 'link'] as const
  return names
    .filter((name) => wanted[name] !== held[name])
    .map((name) => `${name} of ${show(path)}: ${wanted[name]} in the source, ${held[name]} at the target`)
}

function contentDifferences(source: string, target: string, entries: TreeState): string[] {
  const found: string[] = []
  for (const [path, { kind }] of entries) {
    if (kind === 'file' && hash(`${source}/${path}`) !== hash(`${target}/${path}`)) found.push(`content of ${show(path)}`)
  }
  return found
}

function hash(path: string): string {
  return createHash('sha1')
    .update(fs.readFileSync(bytes(path)))
    .digest('hex')
}

/** A path as it may be printed. */
export function show(path: string): string {
  return JSON.stringify(path.length > 80 ? `${path.slice(0, 40)}…${path.slice(-30)}` : path)
}
