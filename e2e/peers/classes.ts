import type { FaultClass } from '../torture/faults/fault.ts'
import { kill } from '../torture/faults/kill.ts'
import { overflow } from '../torture/faults/overflow.ts'
import { targetFull, targetReadOnly, targetUnmounted } from '../torture/faults/target-mount.ts'
import { targetReplaced } from '../torture/faults/target-replaced.ts'
import { watches } from '../torture/faults/watches.ts'
import type { Weights } from '../torture/repertoire.ts'

/**
 * Classes for a comparison: each has one difficulty, so that its column of the table means something. Writes through a memory
 * map, which nobody is told of, are in none.
 */
const FILES: Weights = {
  overwriteInPlace: 0,
  rewriteSameSize: 0,
  hardLink: 0,
  mapped: 0,
  rename: 0,
  renameDirectory: 0,
  renameAndRecreate: 0,
  renameAndBack: 0,
  swap: 0,
  exchangePlaces: 0,
  moveIn: 0,
  moveOut: 0,
  changeKind: 0,
}

const DIRECTORIES: Weights = {
  ...FILES,
  rename: 6,
  renameDirectory: 10,
  renameAndRecreate: 4,
  renameAndBack: 4,
  swap: 3,
  exchangePlaces: 3,
  moveIn: 3,
  moveOut: 4,
  changeKind: 4,
}

/** A class, and what it is in words. */
export type PeerClass = FaultClass & { readonly about: string }

/** Those of the torture's classes that concern programs of any kind, with less at a time. */
export const PEER_CLASSES: readonly PeerClass[] = [
  { name: 'plain', about: 'files are made, written to, replaced and removed', weights: FILES },
  { name: 'dirs', about: 'directories are also renamed, swapped, moved in and out', weights: DIRECTORIES },
  { name: 'names', about: 'nine of ten names are awkward', weights: FILES, awkward: 0.9 },
  {
    name: 'samesec',
    about: 'files are overwritten with as many bytes, several times a second',
    weights: { ...FILES, rewriteSameSize: 40, overwriteInPlace: 40 },
  },
  {
    name: 'links',
    about: 'files have several names and are written to through any of them',
    weights: { ...FILES, hardLink: 50, append: 15, unlink: 8 },
  },
  { name: 'overflow', about: 'the queue of the kernel overflows', weights: FILES, fault: overflow },
  { name: 'watches', about: 'the watches of inotify run out for a while', weights: FILES, fault: watches },
  { name: 'kill', about: '`kill -9`, and life goes on until it is started again', weights: FILES, fault: kill },
  { name: 'readonly', about: 'the target can only be read for a while', weights: FILES, fault: targetReadOnly },
  { name: 'full', about: 'the target is full for a while', weights: FILES, fault: targetFull },
  { name: 'replaced', about: 'the target is moved away for a while', weights: FILES, fault: targetReplaced },
  { name: 'offline', about: 'the target is unmounted for a while', weights: FILES, fault: targetUnmounted },
].map((each) => ({ awkward: 0, isKilled: false, ...each }))
