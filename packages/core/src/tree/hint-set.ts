import type { DirId } from '../model/entry.ts'
import type { EntryHint, Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'

/** Hints that wait for a look, each place once. Bounded by the tree, not by the number of events. */
export interface HintSet {
  readonly entries: Map<DirId, Map<RawPath, NameHint>>
  readonly directories: Set<DirId>
  /** Directories whose whole tree is to be scanned; `true`: hints were lost there. */
  readonly trees: Map<DirId, boolean>
  /** Names whose writers have not closed them. */
  writing: number
}

interface NameHint {
  content: boolean
  writing: boolean
  moved: boolean
}

export function createHintSet(): HintSet {
  return { entries: new Map(), directories: new Set(), trees: new Map(), writing: 0 }
}

export function addHint(set: HintSet, hint: Exclude<Hint, { type: 'root' }>): void {
  switch (hint.type) {
    case 'entry':
      addEntry(set, hint)
      return
    case 'directory':
      set.directories.add(hint.dir)
      return
    case 'tree':
      if (!set.trees.has(hint.dir)) set.trees.set(hint.dir, false)
      return
    case 'lost':
      set.trees.set(hint.dir, true)
  }
}

export function isEmpty(set: HintSet): boolean {
  return set.entries.size === 0 && set.directories.size === 0 && set.trees.size === 0
}

/** Whether there is nothing to look at but files that are just being written. */
export function isAllWriting(set: HintSet): boolean {
  if (set.writing === 0 || set.directories.size > 0 || set.trees.size > 0) return false
  let names = 0
  for (const { size } of set.entries.values()) names += size
  return names === set.writing
}

function addEntry(set: HintSet, { dir, name, content, writing = false, moved = false }: EntryHint): void {
  let names = set.entries.get(dir)
  if (names === undefined) set.entries.set(dir, (names = new Map()))
  const known = names.get(name)
  if (known === undefined) names.set(name, { content, writing, moved })
  else {
    set.writing -= Number(known.writing)
    known.content ||= content
    known.moved ||= moved
    known.writing = writing
  }
  set.writing += Number(writing)
}
