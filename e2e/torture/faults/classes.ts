import type { FaultClass } from './fault.ts'
import { kill } from './kill.ts'
import { stop } from './stop.ts'

/** All there are. */
export const FAULT_CLASSES: readonly FaultClass[] = [
  { name: 'plain', isKilled: false, isWatchful: true },
  {
    name: 'dirs',
    weights: {
      rename: 12,
      renameDirectory: 25,
      renameAndRecreate: 12,
      renameAndBack: 12,
      swap: 10,
      exchangePlaces: 10,
      moveIn: 8,
      moveOut: 12,
      removeTree: 4,
      makePathAndWrite: 20,
    },
  },
  { name: 'kill', fault: kill },
  { name: 'pause', fault: stop, isWatchful: true, isKilled: false },
  { name: 'names', awkward: 0.9, weights: { makeLongPath: 5 } },
  {
    name: 'samesec',
    isWatchful: true,
    weights: { rewriteSameSize: 40, overwriteInPlace: 40, replaceByRename: 20 },
  },
  { name: 'links', isWatchful: true, weights: { hardLink: 50, append: 15, overwriteInPlace: 15, unlink: 8 } },
]

/** The class of that name; throws when there is none. */
export function faultClass(name: string): FaultClass {
  const found = FAULT_CLASSES.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new Error(`no class "${name}"; there are ${FAULT_CLASSES.map((each) => each.name).join(', ')}, and all`)
}
