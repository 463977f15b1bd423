import fs from 'node:fs'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { type PlainCost, race, type Race } from '../stage/race.ts'
import { raceTable } from '../stage/race-table.ts'
import type { Table } from '../stage/table.ts'

const MAKING = 'nobody watching'

/** Measures how far the target lags behind the rename and the removal of a large directory. */
export async function directory(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const count of options.files ?? [10_000]) {
    for (const [title, floor, race_] of [
      [`A directory of ${count} files is renamed (ms)`, 'mv', renameOf(count)],
      [`A directory of ${count} files is removed (ms)`, 'rm -rf', removalOf(count)],
    ] as const) {
      const outcome = await race(`${options.folder}/directory`, race_, options.rounds ?? (options.quick ? 1 : 3), options)
      tables.push(raceTable(outcome, { title, name: `directory ${floor}`, size: count, making: MAKING, floor }))
    }
  }
  return tables
}

function renameOf(count: number): Race {
  return {
    prepare: (source) => fill(source, count),
    change({ source, target }) {
      fs.renameSync(`${source}/many`, `${source}/moved`)
      return () => !exists(`${target}/many`) && exists(`${target}/moved`) && fs.readdirSync(`${target}/moved`).length === count
    },
    plain: (folder) => plain(folder, count, (root) => ['mv', [`${root}/many`, `${root}/moved`]]),
  }
}

function removalOf(count: number): Race {
  return {
    prepare: (source) => fill(source, count),
    change({ source, target }) {
      fs.rmSync(`${source}/many`, { recursive: true })
      return () => !exists(`${target}/many`)
    },
    plain: (folder) => plain(folder, count, (root) => ['rm', ['-rf', `${root}/many`]]),
    start: { mayEmpty: true },
  }
}

/** The command once as what the source suffers, in this process, and once as what the target has to. */
function plain(folder: string, count: number, command: (root: string) => [string, string[]]): PlainCost {
  fill(`${folder}/source`, count)
  fill(`${folder}/target`, count)
  const [name, args] = command(`${folder}/target`)
  const startedAt = performance.now()
  if (name === 'mv') fs.renameSync(`${folder}/source/many`, `${folder}/source/moved`)
  else fs.rmSync(`${folder}/source/many`, { recursive: true })
  const making = { wallMs: performance.now() - startedAt, cpuMs: NaN }
  return { [MAKING]: making, [name === 'mv' ? 'mv' : 'rm -rf']: runCommand(name, args) }
}

function fill(root: string, count: number): void {
  fs.mkdirSync(`${root}/many`, { recursive: true })
  fs.writeFileSync(`${root}/first`, 'The source is not empty.\n')
  for (let at = 0; at < count; at++) fs.writeFileSync(`${root}/many/file-${at}`, `${at}`)
}

function exists(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
