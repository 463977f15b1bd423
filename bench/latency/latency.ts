import fs from 'node:fs'
import { type Contender, makePlace, type Place } from '../contenders/contender.ts'
import { rotated } from '../contenders/contenders.ts'
import { untilLive } from '../stage/live.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import type { Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'
import { latencyTable } from './latency-table.ts'
import { type Player, player, REST_MS, takeTurn } from './player.ts'

/** Measures single changes in trees of several sizes. */
export async function latency(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of options.files ?? (options.quick ? [10_000] : [100, 10_000, 100_000]))
    tables.push(await latencyIn(`${options.folder}/latency-${count}`, count, options))
  return tables
}

async function latencyIn(folder: string, count: number, options: BenchOptions): Promise<Table> {
  const places = new Map(options.contenders.map((contender, at) => [contender, filledPlace(`${folder}/${at}`, count)]))
  const players: Player[] = []
  try {
    for (const [contender, place] of places) players.push(await enter(contender, place, options.limitMs))
    const rounds = options.rounds ?? (options.quick ? 5 : 25)
    for (let round = -options.warmUpRounds; round < rounds; round++) {
      for (const player of rotated(players, round)) {
        const isOver = player.liveMs === undefined || (player.contender.role === 'peer' && player.spentMs > options.budgetMs)
        if (isOver) continue
        player.group.thaw()
        await takeTurn(player, count, round, options)
        player.group.freeze()
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
  return player(contender, place, group, liveMs)
}
