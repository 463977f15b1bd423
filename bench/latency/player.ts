import { setTimeout as pause } from 'node:timers/promises'
import type { Contender, Place } from '../contenders/contender.ts'
import type { Group } from '../stage/group.ts'
import type { BenchOptions } from '../stage/options.ts'
import { directoryOf } from '../stage/tree.ts'
import { waitUntil } from '../stage/wait.ts'
import { changesAt } from './changes.ts'

/** After a change has arrived, for what its program still has to do; a run of rsync lives on for so long. */
const GAP_MS = 50
/** Most that is waited for a program to come to rest before and after its turn; some look all the time. */
export const REST_MS = 1000
/** A contender at work, and what it has shown. */
export interface Player {
  readonly contender: Contender
  readonly place: Place
  readonly group: Group
  /** `undefined`: it never carried a change. */
  readonly liveMs: number | undefined
  readonly samples: { readonly kind: string; readonly ms: number }[]
  /** Kinds of changes that did not arrive; they are not tried again. */
  readonly lost: Set<string>
  changes: number
  cpuMs: number
  spentMs: number
  residentMiB: number
}

export function player(contender: Contender, place: Place, group: Group, liveMs: number | undefined): Player {
  return { contender, place, group, liveMs, samples: [], lost: new Set(), changes: 0, cpuMs: 0, spentMs: 0, residentMiB: NaN }
}

/** One change of each kind, in a tree that was made for `count` files. Rounds below 0 warm up those that become faster, and count for peers only. */
export async function takeTurn(player: Player, count: number, round: number, options: BenchOptions): Promise<void> {
  const { contender, place, group, samples, lost } = player
  const begunAt = performance.now()
  // What happened in the trees of the others is told to some, too.
  await group.rest(REST_MS)
  const cpuBefore = group.cpuMs()
  const number = round + options.warmUpRounds
  const name = `${directoryOf(count, number)}/probe-${number}`
  const counts = round >= 0 || contender.role === 'peer'
  let changes = 0
  for (const change of changesAt(place.source, place.target, name, contender.times)) {
    const startedAt = performance.now()
    change.make()
    const ms = lost.has(change.kind) ? undefined : waitUntil(change.arrival(), startedAt, options.patienceMs)
    if (ms === undefined) lost.add(change.kind)
    else if (counts) samples.push({ kind: change.kind, ms })
    changes++
    await pause(GAP_MS)
  }
  await group.rest(REST_MS)
  if (counts) {
    player.changes += changes
    player.cpuMs += group.cpuMs() - cpuBefore
  }
  player.residentMiB = group.residentMiB()
  player.spentMs += performance.now() - begunAt
}

/** CPU time of one change, with what comes after its arrival. */
export function cpuPerChange({ cpuMs, changes }: Player): number {
  return cpuMs / changes
}

/** What changes took, of one kind or of all. */
export function msOf({ samples }: Player, kind?: string): number[] {
  return samples.filter((sample) => kind === undefined || sample.kind === kind).map(({ ms }) => ms)
}
