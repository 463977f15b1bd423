import fs from 'node:fs'
import type { Contender, Place } from '../contenders/contender.ts'
import { looksLike } from '../stage/copy.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { type Arrival, type PlainCost, race, type Race } from '../stage/race.ts'
import { raceTable } from '../stage/race-table.ts'
import type { Table } from '../stage/table.ts'
import { FILE_BYTES, makeTree } from '../stage/tree.ts'

/** Measures how far the target lags behind many new files. */
export async function burst(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of options.files ?? (options.quick ? [10_000] : [10_000, 50_000])) {
    const outcome = await race(`${options.folder}/burst`, burstOf(count), options.rounds ?? (options.quick ? 1 : 3), options)
    const title = `${count} new files of 1 KiB (ms)`
    tables.push(raceTable(outcome, { title, name: 'burst', size: count, making: MAKING, floor: 'cp -a' }))
  }
  return tables
}

const MAKING = 'nobody watching'

function burstOf(count: number): Race {
  return {
    prepare: (source) => fs.writeFileSync(`${source}/first`, 'The source is not empty.\n'),
    change: (place, times) => allArrived(place, makeTree(`${place.source}/new`, count), times),
    plain: (folder) => plain(folder, count),
  }
}

/** Each file is looked at until it is there, and never again. From both ends, as some go one way and some the other. */
function allArrived({ source, target }: Place, paths: readonly string[], times: Contender['times']): Arrival {
  let [from, to] = [0, paths.length - 1]
  const isThere = (at: number): boolean =>
    looksLike(
      `${target}/new/${paths[at]}`,
      FILE_BYTES,
      fs.lstatSync(`${source}/new/${paths[at]}`, { bigint: true }).mtimeNs,
      times,
    )
  return () => {
    while (from <= to && isThere(from)) from++
    while (from <= to && isThere(to)) to--
    return from > to
  }
}

function plain(folder: string, count: number): PlainCost {
  fs.mkdirSync(`${folder}/source`)
  const startedAt = performance.now()
  makeTree(`${folder}/source/new`, count)
  const making = { wallMs: performance.now() - startedAt, cpuMs: NaN }
  return {
    [MAKING]: making,
    'cp -a': runCommand('cp', ['-a', `${folder}/source`, `${folder}/copied`]),
    'rsync -a': runCommand('rsync', ['-a', `${folder}/source/`, `${folder}/synced/`]),
  }
}
