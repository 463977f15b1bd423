import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Contender, makePlace, type Place } from '../contenders/contender.ts'
import { rotated } from '../contenders/contenders.ts'
import type { Group } from '../stage/group.ts'
import { untilLive } from '../stage/live.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import type { Table } from '../stage/table.ts'
import { directoryOf, makeTree } from '../stage/tree.ts'
import { waitUntil } from '../stage/wait.ts'
import { changesAt } from './changes.ts'
import { latencyTable } from './latency-table.ts'

/** After a change has arrived, for what its program still has to do; a run of rsync lives on for so long. */
const GAP_MS = 50
/** Most that is waited for a program to come to rest before and after its turn; some look all the time. */
const REST_MS = 1000
/** Rounds before those that count, for programs that become faster: not for peers. */
const WARM_UP = 4

/** Measures single changes in trees of several sizes. */
export async function latency(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of options.files ?? (options.quick ? [10_000] : [100, 10_000, 100_000]))
    tables.push(await latencyIn(`${options.folder}/latency-${count}`, count, options))
  return tables
}

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

async function latencyIn(folder: string, count: number, options: BenchOptions): Promise<Table> {
  const places = new Map(options.contenders.map((contender, at) => [contender, filledPlace(`${folder}/${at}`, count)]))
  const players: Player[] = []
  try {
    for (const [contender, place] of places) players.push(await enter(contender, place, options.limitMs))
    const rounds = options.rounds ?? (options.quick ? 5 : 25)
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const player of rotated(players, round)) {
        const isOver = player.liveMs === undefined || (player.contender.role === 'peer' && player.spentMs > options.budgetMs)
        if (!isOver) await takeTurn(player, count, round, options.patienceMs)
      }
    }
    return latencyTable(players, count, options)
  } finally {
    for (const { group } of players) await group.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function filledPlace(folder: string, count: number): Place {
  const place = makePlace(folder)
  makeTree(place.source, count)
  runCommand('cp', ['-a', `${place.source}/.`, place.target])
  return place
}

async function enter(contender: Contender, place: Place, limitMs: number): Promise<Player> {
  const group = contender.start(place)
  const liveMs = await untilLive(group, place, limitMs)
  await group.rest(REST_MS)
  group.freeze()
  return { contender, place, group, liveMs, samples: [], lost: new Set(), changes: 0, cpuMs: 0, spentMs: 0, residentMiB: NaN }
}

/** One change of each kind, while all the others are held. */
async function takeTurn(player: Player, count: number, round: number, patienceMs: number): Promise<void> {
  const { contender, place, group, samples, lost } = player
  const begunAt = performance.now()
  group.thaw()
  // What happened in the trees of the others is told to some, too.
  await group.rest(REST_MS)
  const cpuBefore = group.cpuMs()
  const name = `${directoryOf(count, round + WARM_UP)}/probe-${round + WARM_UP}`
  const counts = round >= 0 || contender.role === 'peer'
  let changes = 0
  for (const change of changesAt(place.source, place.target, name, contender.times)) {
    const startedAt = performance.now()
    change.make()
    const ms = lost.has(change.kind) ? undefined : waitUntil(change.arrival(), startedAt, patienceMs)
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
  group.freeze()
}
