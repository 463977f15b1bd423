import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { allOf, filesArrive } from '../stage/arrival.ts'
import type { BenchOptions } from '../stage/options.ts'
import { runCommand } from '../stage/program.ts'
import { type PlainCost, race, type Race } from '../stage/race.ts'
import { raceTable } from '../stage/race-table.ts'
import type { Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'
import { checkOut, type Churned, save } from './habits.ts'

const FILES = 5000
const SAVES = 100
const SAVE_EVERY_MS = 5
const MAKING = 'nobody watching'
const FLOOR = 'rsync -a --delete'

/** Measures how far the target lags behind an editor and behind git. */
export async function churn(options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = []
  for (const [name, title, change] of HABITS) {
    const outcome = await race(`${options.folder}/churn`, churnOf(change), options.rounds ?? (options.quick ? 1 : 2), options)
    tables.push(raceTable(outcome, { title: `${title} (ms)`, name: `churn ${name}`, size: FILES, making: MAKING, floor: FLOOR }))
  }
  return tables
}

type Habit = (source: string) => Promise<Churned>

const HABITS: readonly (readonly [name: string, title: string, change: Habit])[] = [
  ['editor', `An editor saves ${SAVES} of ${FILES} files, one every ${SAVE_EVERY_MS} ms`, edit],
  ['git', `git checks out another state of ${FILES} files`, async (source) => checkOut(source, pathsOf())],
]

async function edit(source: string): Promise<Churned> {
  const changed: string[] = []
  for (let at = 0; at < SAVES; at++) {
    const path = pathsOf()[(at * 37) % FILES] ?? ''
    save(`${source}/${path}`, at)
    changed.push(path)
    await pause(SAVE_EVERY_MS)
  }
  return { changed, removed: [] }
}

let paths: readonly string[] = []

/** Those of the tree, the same in each. */
function pathsOf(): readonly string[] {
  return paths
}

function churnOf(habit: Habit): Race {
  return {
    prepare: (source) => void (paths = makeTree(source, FILES)),
    async change({ source, target }, times) {
      const { changed, removed } = await habit(source)
      const isChanged = filesArrive(source, target, changed, times)
      const isRemoved = allOf(removed.length, (at) => !exists(`${target}/${removed[at]}`))
      return () => isChanged() && isRemoved()
    },
    plain: (folder) => plain(folder, habit),
  }
}

async function plain(folder: string, habit: Habit): Promise<PlainCost> {
  const [source, target] = [`${folder}/source`, `${folder}/target`]
  paths = makeTree(source, FILES)
  runCommand('cp', ['-a', source, target])
  const startedAt = performance.now()
  await habit(source)
  const making = { wallMs: performance.now() - startedAt, cpuMs: NaN }
  return { [MAKING]: making, [FLOOR]: runCommand('rsync', ['-a', '--delete', `${source}/`, `${target}/`]) }
}

function exists(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
