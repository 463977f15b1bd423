import type { DirId } from '../model/entry.ts'
import type { EntryHint, Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'

/** Hints that wait for a look, each place once. Bounded by the tree, not by the number of events. */
export interface HintSet {
  readonly entries: Map<DirId, Map<RawPath, NameHint>>
  readonly directories: Set<DirId>
  /** Directories whose whole tree is to be scanned, and the wall time from which an equal look is not believed; `Infinity`: it is. */
  readonly trees: Map<DirId, number>
  /** Names whose writers have not closed them. */
  writing: number
}

/** What is hinted at one name. */
export interface NameHint {
  content: boolean
  writing: boolean
  moved: boolean
  made: boolean
  suspectFromMs: number
}

export function createHintSet(): HintSet {
  return { entries: new Map(), directories: new Set(), trees: new Map(), writing: 0 }
}

/** `recentMs`: what was written from this wall time on may look equal where hints were lost. */
export function addHint(set: HintSet, hint: Exclude<Hint, { type: 'root' }>, recentMs: number): void {
  switch (hint.type) {
    case 'entry':
      addEntry(set, hint)
      return
    case 'directory':
      set.directories.add(hint.dir)
      return
    case 'tree':
      addTree(set, hint.dir, Infinity)
      return
    case 'lost':
      addTree(set, hint.dir, hint.suspectFromMs ?? recentMs)
  }
}

export function isEmpty(set: HintSet): boolean {
  return set.entries.size === 0 && set.directories.size === 0 && set.trees.size === 0
}

/** What would make up the same set. */
export function* hintsOf(set: HintSet): Generator<Exclude<Hint, { type: 'root' }>, void> {
  for (const [dir, names] of set.entries) for (const [name, hint] of names) yield { type: 'entry', dir, name, ...hint }
  for (const dir of set.directories) yield { type: 'directory', dir }
  for (const [dir, suspectFromMs] of set.trees) {
    yield suspectFromMs < Infinity ? { type: 'lost', dir, why: 'error', suspectFromMs } : { type: 'tree', dir }
  }
}

/** Puts names back that could not be looked at yet. */
export function keepHints(set: HintSet, entries: HintSet['entries']): void {
  for (const [dir, names] of entries) for (const [name, hint] of names) addEntry(set, { type: 'entry', dir, name, ...hint })
}

/** Whether there is nothing to look at but files that are just being written. */
export function isAllWriting(set: HintSet): boolean {
  return set.writing > 0 && countHints(set) === set.writing
}

export function countHints({ entries, directories, trees }: HintSet): number {
  let count = directories.size + trees.size
  for (const { size } of entries.values()) count += size
  return count
}

function addTree(set: HintSet, dir: DirId, suspectFromMs: number): void {
  set.trees.set(dir, Math.min(suspectFromMs, set.trees.get(dir) ?? Infinity))
}

function addEntry(set: HintSet, hint: EntryHint): void {
  const { dir, name, content, writing = false, moved = false, made = false, suspectFromMs = Infinity } = hint
  let names = set.entries.get(dir)
  if (names === undefined) set.entries.set(dir, (names = new Map()))
  const known = names.get(name)
  if (known === undefined) names.set(name, { content, writing, moved, made, suspectFromMs })
  else {
    set.writing -= Number(known.writing)
    known.content ||= content
    known.moved ||= moved
    known.made ||= made
    known.suspectFromMs = Math.min(known.suspectFromMs, suspectFromMs)
    known.writing = writing
  }
  set.writing += Number(writing)
}
