import { lacksMounts } from '../mounts.ts'
import { clock, lacksFaketime } from './clock.ts'
import type { FaultClass } from './fault.ts'
import { kill } from './kill.ts'
import { lacksQueue, overflow } from './overflow.ts'
import { lacksRefusal, second } from './second.ts'
import { lacksServer, serverAway } from './server.ts'
import { standstill } from './standstill.ts'
import { lacksState, stateCorrupted, stateDeleted, stateFull, stateTruncated } from './state.ts'
import { targetFull, targetReadOnly, targetUnmounted } from './target-mount.ts'
import { targetReplaced } from './target-replaced.ts'
import { unreadable } from './unreadable.ts'
import { lacksWatches, watches } from './watches.ts'

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
  { name: 'pause', fault: standstill, isWatchful: true, isKilled: false },
  { name: 'overflow', fault: overflow, lacks: lacksQueue },
  { name: 'watches', fault: watches, lacks: lacksWatches },
  { name: 'target-readonly', fault: targetReadOnly, lacks: lacksMounts },
  { name: 'target-full', fault: targetFull, lacks: lacksMounts },
  { name: 'target-replaced', fault: targetReplaced },
  { name: 'target-unmounted', fault: targetUnmounted, lacks: lacksMounts },
  { name: 'source-unreadable', fault: unreadable, isUnprivileged: true, lacks: lacksMounts },
  { name: 'clock-back', fault: clock, lacks: lacksFaketime },
  { name: 'state-truncated', fault: stateTruncated, isForgetful: true, lacks: lacksState },
  { name: 'state-corrupted', fault: stateCorrupted, isForgetful: true, lacks: lacksState },
  { name: 'state-deleted', fault: stateDeleted, isForgetful: true, lacks: lacksState },
  { name: 'state-full', fault: stateFull, lacks: lacksMounts },
  { name: 'two-daemons', fault: second, lacks: lacksRefusal },
  { name: 'names', awkward: 0.9, weights: { makeLongPath: 5 } },
  {
    name: 'samesec',
    isWatchful: true,
    weights: { rewriteSameSize: 40, overwriteInPlace: 40, replaceByRename: 20 },
  },
  { name: 'server-away', fault: serverAway, lacks: lacksServer },
  { name: 'links', isWatchful: true, weights: { hardLink: 50, append: 15, overwriteInPlace: 15, unlink: 8 } },
]

/** The class of that name; throws when there is none. */
export function faultClass(name: string): FaultClass {
  const found = FAULT_CLASSES.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new Error(`no class "${name}"; there are ${FAULT_CLASSES.map((each) => each.name).join(', ')}, and all`)
}
