import fs from 'node:fs'
import { nameText, sourcePath } from '@clsync/core/handler'
import { codeOf, isAbsent } from './errno.ts'
import type { Place } from './pass.ts'
import { inReach } from './reach.ts'
import { Sheet } from './sheet.ts'
import { directoriesOf, type Listed, tempsOf } from './temp-names.ts'
import type { Work } from './unfinished.ts'

/** Removes the temporary files of work that has broken off, as far as that can be; the rest waits for the next time. */
export async function sweep(place: Place, signal: AbortSignal): Promise<void> {
  for (const work of place.unfinished.left) {
    const isClear = place.target.hasHand ? await sweepByHand(place, work, signal) : await sweepByRsync(place, work, signal)
    if (isClear) place.unfinished.cleared(work)
  }
}

async function sweepByHand(place: Place, work: Work, signal: AbortSignal): Promise<boolean> {
  const directories = directoriesOf(work)
  let isClear = true
  for (let at = 0; at < directories.length; at += MOST_LISTS) {
    const sheet = new Sheet()
    const some = directories.slice(at, at + MOST_LISTS)
    const numbers = new Map(some.map((directory) => [directory, sheet.add({ do: 'list', directory })]))
    const { ok, listed } = await place.target.perform(sheet, signal)
    for (const [directory, number] of numbers) {
      const { names, isAll } = tempsIn(place, work, directory, listed.get(number) ?? [])
      const isEmpty = names.length === 0 || (await removeByHand(place, directory, names, signal))
      isClear &&= isEmpty && isAll && ok.has(number)
    }
  }
  return isClear
}

async function removeByHand(place: Place, directory: string, names: readonly string[], signal: AbortSignal): Promise<boolean> {
  const sheet = new Sheet()
  sheet.add({ do: 'remove', directory, names })
  const { left, shut } = await place.target.perform(sheet, signal)
  return left.size === 0 && shut === undefined
}

async function sweepByRsync(place: Place, work: Work, signal: AbortSignal): Promise<boolean> {
  const directories = directoriesOf(work)
  const listed = await listByRsync(place, directories, signal)
  const found = directories.map((directory) => ({ directory, ...tempsIn(place, work, directory, listed.get(directory) ?? []) }))
  const paths = found.flatMap(({ directory, names }) => names.map((name) => text(directory, name)))
  const ours = paths.length === 0 ? [] : [...(await inReach(place.rsync, paths, signal))]
  const complaints = ours.length === 0 ? [] : await place.rsync.delete(ours, signal)
  return found.every(({ isAll }) => isAll) && complaints.every(({ kind }) => kind === 'vanished')
}

/** A temporary file more is better than a target that is halted for it. */
async function listByRsync({ rsync, context }: Place, directories: readonly string[], signal: AbortSignal) {
  try {
    return await rsync.listDirectories(directories, signal)
  } catch (error) {
    if (codeOf(error) !== 'HANDLER_REFUSED') throw error
    context.log.warn('temporary files may be left at the target: rsync does not list its directories', { error: String(error) })
    return new Map<string, Listed[]>()
  }
}

/** What is to go; not all of it as long as another batch may have some in use. What the source has is no temporary file. */
function tempsIn({ context, unfinished }: Place, work: Work, directory: string, listed: readonly Listed[]) {
  const temps = listed.filter(tempsOf(work, directory))
  const running = unfinished.running.map((each) => tempsOf(each, directory))
  const unused = temps.filter((entry) => !running.some((isTemp) => isTemp(entry)))
  const names = unused.map(({ name }) => name).filter((name) => !isThere(sourcePath(context.root, text(directory, name))))
  return { names, isAll: unused.length === temps.length }
}

function isThere(path: string | Buffer): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return !isAbsent(error)
  }
}

function text(directory: string, name: string): string {
  return nameText(Buffer.from(directory === '' ? name : `${directory}/${name}`, 'latin1'))
}

const MOST_LISTS = 100
