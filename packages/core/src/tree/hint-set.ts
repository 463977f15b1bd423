import type { DirId } from '../model/entry.ts'
import type { Hint } from '../model/hint.ts'
import type { RawPath } from '../model/path.ts'

/** Hints that wait for a look, each place once. Bounded by the tree, not by the number of events. */
export interface HintSet {
  readonly entries: Map<DirId, Map<RawPath, boolean>>
  readonly directories: Set<DirId>
  /** Directories whose whole tree is to be scanned; `true`: hints were lost there. */
  readonly trees: Map<DirId, boolean>
}

export function createHintSet(): HintSet {
  return { entries: new Map(), directories: new Set(), trees: new Map() }
}

export function addHint(set: HintSet, hint: Exclude<Hint, { type: 'root' }>): void {
  switch (hint.type) {
    case 'entry': {
      let names = set.entries.get(hint.dir)
      if (names === undefined) set.entries.set(hint.dir, (names = new Map()))
      names.set(hint.name, hint.content || (names.get(hint.name) ?? false))
      return
    }
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
