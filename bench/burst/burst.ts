import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchOptions } from '../stage/options.ts'
import { type Cost, type Program, runCommand, startClsync } from '../stage/program.ts'
import type { Row, Table } from '../stage/table.ts'
import { FILE_BYTES, makeTree } from '../stage/tree.ts'

const PATIENCE_MS = 120_000
const DIRECTORY_FILES = 10_000

/** Measures how far the target lags behind many changes. */
export async function burst({ folder, files }: BenchOptions): Promise<Table[]> {
  const rows: Row[] = []
  for (const count of files ?? [10_000, 50_000]) rows.push(await createMany(`${folder}/burst-${count}`, count))
  rows.push(...(await renameAndRemove(`${folder}/burst-directory`, DIRECTORY_FILES)))
  const notes = ['wall and cpu of the plain command: cp -a, mv, rm -rf; cpu of ended commands is counted in ticks of 10 ms']
  return [{ title: 'Many changes at once (ms)', rows, notes, failed: rows.some((row) => Number.isNaN(row.lag)) }]
}

interface Scene {
  readonly source: string
  readonly target: string
  readonly program: Program
}

async function createMany(folder: string, count: number): Promise<Row> {
  const scene = await open(folder)
  try {
    let paths: string[] = []
    const change = (): void => void (paths = makeTree(scene.source, count))
    const row = await measure(scene, `${count} new files`, change, () => {
      // Each file is looked at until it is there, and never again.
      while (paths.length > 0 && size(`${scene.target}/${paths.at(-1)}`) === FILE_BYTES) paths.pop()
      return paths.length === 0
    })
    fs.mkdirSync(`${folder}/plain`)
    return { ...row, ...plain(runCommand('cp', ['-a', `${scene.source}/.`, `${folder}/plain`])) }
  } finally {
    await close(scene, folder)
  }
}

async function renameAndRemove(folder: string, count: number): Promise<Row[]> {
  const scene = await open(folder)
  const { source, target } = scene
  try {
    const fill = (): void => {
      fs.mkdirSync(`${source}/many`)
      for (let at = 0; at < count; at++) fs.writeFileSync(`${source}/many/file-${at}`, `${at}`)
    }
    await measure(scene, 'fill', fill, () => exists(`${target}/many`) && fs.readdirSync(`${target}/many`).length === count)
    runCommand('cp', ['-a', source, `${folder}/plain`])
    const rename = (): void => fs.renameSync(`${source}/many`, `${source}/moved`)
    const renamed = await measure(
      scene,
      `rename of a directory of ${count}`,
      rename,
      () => !exists(`${target}/many`) && exists(`${target}/moved`),
    )
    const move = runCommand('mv', [`${folder}/plain/many`, `${folder}/plain/moved`])
    const remove = (): void => fs.rmSync(`${source}/moved`, { recursive: true })
    const removed = await measure(scene, `rm -rf of a directory of ${count}`, remove, () => !exists(`${target}/moved`))
    const rm = runCommand('rm', ['-rf', `${folder}/plain/moved`])
    return [
      { ...renamed, ...plain(move) },
      { ...removed, ...plain(rm) },
    ]
  } finally {
    await close(scene, folder)
  }
}

async function open(folder: string): Promise<Scene> {
  const [source, target] = [`${folder}/source`, `${folder}/target`]
  for (const made of [source, target]) fs.mkdirSync(made, { recursive: true })
  fs.writeFileSync(`${source}/first`, 'The source is not empty.\n')
  // Accepted beforehand: the removal of nearly everything would be held back otherwise.
  return { source, target, program: await startClsync(source, target, ['--accept']) }
}

async function close({ program }: Scene, folder: string): Promise<void> {
  await program.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}

async function measure({ program }: Scene, what: string, change: () => void, hasArrived: () => boolean): Promise<Row> {
  await program.rest()
  const cpuBefore = program.cpuMs()
  const startedAt = performance.now()
  change()
  const changedAt = performance.now()
  while (!hasArrived() && performance.now() - changedAt < PATIENCE_MS) await pause(1)
  const lag = hasArrived() ? performance.now() - changedAt : NaN
  await program.rest()
  return { what, making: changedAt - startedAt, lag, cpu: program.cpuMs() - cpuBefore, 'peak MiB': program.memory().peakMiB }
}

function plain({ wallMs, cpuMs }: Cost): Row {
  return { 'plain wall': wallMs, 'plain cpu': cpuMs }
}

function size(path: string): number | undefined {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.size
}

function exists(path: string): boolean {
  return size(path) !== undefined
}
