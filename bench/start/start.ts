import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from '../stage/options.ts'
import { type Cost, runCommand, startClsync } from '../stage/program.ts'
import type { Row, Table } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'

/** What was written within a second before it was seen is sent once more after a restart; trees are older than that as a rule. */
const AGE_MS = 1500

/** Measures first and later starts on trees of several sizes. */
export async function start({ folder, files }: BenchOptions): Promise<Table[]> {
  const rows: Row[] = []
  for (const count of files ?? [10_000, 100_000]) rows.push(...(await startIn(`${folder}/start-${count}`, count)))
  return [
    { title: 'Starting (ms)', rows, notes: ['beside: cp -a for the first sync, find -printf for the restart'], failed: false },
  ]
}

async function startIn(folder: string, count: number): Promise<Row[]> {
  const [source, target] = [`${folder}/source`, `${folder}/target`]
  try {
    for (const made of [source, target]) fs.mkdirSync(made, { recursive: true })
    makeTree(source, count)
    const copy = runCommand('cp', ['-a', source, `${folder}/plain`])
    await pause(AGE_MS)
    const first = await measure(`first sync of ${count} files`, source, target, copy)
    const find = runCommand('find', [source, '-printf', '%p %s %T@ %C@ %m %U %G %i %n\\n'])
    return [first, await measure(`restart on ${count} files`, source, target, find)]
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(what: string, source: string, target: string, beside: Cost): Promise<Row> {
  const program = await startClsync(source, target)
  try {
    const cpu = program.cpuMs()
    await program.rest()
    const { nowMiB, peakMiB } = program.memory()
    const plain = { 'beside wall': beside.wallMs, 'beside cpu': beside.cpuMs }
    return { what, ready: program.readyMs, cpu, 'peak MiB': peakMiB, 'idle MiB': nowMiB, ...plain }
  } finally {
    await program.stop()
  }
}
