import fs from 'node:fs'
import { filesArrive } from '../stage/arrival.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { type PlainCost, race, type Race } from '../stage/race.ts'
import { raceTable } from '../stage/race-table.ts'
import type { Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'

/** Measures how far the target lags behind many new files. */
export async function burst(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  let { contenders } = options
  for (const count of options.files ?? (options.quick ? [10_000] : [10_000, 50_000])) {
    const rounds = options.rounds ?? (options.quick ? 1 : 3)
    const outcome = await race(`${options.folder}/burst`, burstOf(count), rounds, { ...options, contenders })
    const title = `${count} new files of 1 KiB (ms)`
    tables.push(raceTable(outcome, { title, name: 'burst', size: count, making: MAKING, floor: 'cp -a' }))
    // Who did not bring these will not bring more.
    const failed = outcome.results.filter(({ trouble }) => trouble !== '').map(({ contender }) => contender)
    contenders = contenders.filter((each) => !failed.includes(each))
  }
  return tables
}

const MAKING = 'nobody watching'

function burstOf(count: number): Race {
  return {
    prepare: (source) => fs.writeFileSync(`${source}/first`, 'The source is not empty.\n'),
    change({ source, target }, times) {
      const paths = makeTree(`${source}/new`, count)
      return filesArrive(`${source}/new`, `${target}/new`, paths, times)
    },
    plain: (folder) => plain(folder, count),
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
