import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { bytes, show, type TreeState, treeState } from '../stage/tree-state.ts'

/** How those are taken that do not claim to be exact, and that do not get on by themselves after they have failed. */
export const LENIENT = { compare: lenientDifferences, isSupervised: true, isOverAfterMs: 20_000, deadlineMs: 180_000 } as const

/**
 * What a target has wrong, leniently: times count from a second on and those of files only, and the mode of links does not
 * count. Each line begins with `missing`, `extra`, `kind`, `content`, `link` or `metadata`.
 */
function lenientDifferences(source: string, target: string): string[] {
  const wanted = treeState(source)
  const held = treeState(target)
  const found: string[] = []
  for (const [path, { kind }] of held) if (!wanted.has(path)) found.push(`extra ${kind} ${show(path)}`)
  for (const [path, entry] of wanted) {
    const copy = held.get(path)
    if (copy === undefined) found.push(`missing ${entry.kind} ${show(path)}`)
    else if (copy.kind !== entry.kind) found.push(`kind of ${show(path)}: ${entry.kind}, ${copy.kind}`)
    else if (copy.link !== entry.link) found.push(`link of ${show(path)}: ${show(entry.link)}, ${show(copy.link)}`)
    else {
      if (entry.kind === 'file' && !isSameContent(source, target, path, entry.size === copy.size))
        found.push(`content of ${show(path)}: ${entry.size} bytes, ${copy.size} bytes`)
      const text = metadataDifference(entry, copy)
      if (text !== '') found.push(`metadata of ${show(path)}: ${text}`)
    }
  }
  return found
}

type Entry = TreeState extends ReadonlyMap<string, infer Value> ? Value : never

function metadataDifference(wanted: Entry, held: Entry): string {
  const told: string[] = []
  if (wanted.kind !== 'symlink' && wanted.mode !== held.mode)
    told.push(`mode ${wanted.mode.toString(8)}, ${held.mode.toString(8)}`)
  if (wanted.uid !== held.uid || wanted.gid !== held.gid) told.push(`owner ${wanted.uid}:${wanted.gid}, ${held.uid}:${held.gid}`)
  const offNs = wanted.mtimeNs - held.mtimeNs
  if (wanted.kind === 'file' && (offNs >= SECOND_NS || offNs <= -SECOND_NS)) told.push(`time ${wanted.mtimeNs}, ${held.mtimeNs}`)
  return told.join('; ')
}

const SECOND_NS = 1_000_000_000n

function isSameContent(source: string, target: string, path: string, isSameSize: boolean): boolean {
  return isSameSize && hash(`${source}/${path}`) === hash(`${target}/${path}`)
}

function hash(path: string): string {
  return createHash('sha1')
    .update(readFileSync(bytes(path)))
    .digest('hex')
}
