import fs from 'node:fs'
import { nameText, sourcePath } from '@clsync/core/handler'
import { isAbsent } from './errno.ts'
import type { Place } from './pass.ts'
import { Sheet } from './sheet.ts'
import { directoriesOf, type Listed, tempsOf } from './temp-names.ts'
import type { Work } from './unfinished.ts'

/** Removes the temporary files of work that has broken off, as far as that can be; the rest waits for the next time. None may be in use. */
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
    const lists = directories
      .slice(at, at + MOST_LISTS)
      .map((directory) => ({ directory, number: sheet.add({ do: 'list', directory }) }))
    const { ok, listed } = await place.target.perform(sheet, signal)
    for (const { directory, number } of lists) {
      const names = tempsIn(place, work, directory, listed.get(number) ?? [])
      const isEmpty = names.length === 0 || (await removeByHand(place, directory, names, signal))
      isClear &&= isEmpty && ok.has(number)
    }
  }
  return isClear
}

async function removeByHand(
  { target }: Place,
  directory: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const sheet = new Sheet()
  sheet.add({ do: 'remove', directory, names })
  const { left, shut } = await target.perform(sheet, signal)
  return left.size === 0 && shut === undefined
}

async function sweepByRsync(place: Place, work: Work, signal: AbortSignal): Promise<boolean> {
  const directories = directoriesOf(work)
  const listed = await place.rsync.listDirectories(directories, signal)
  const paths = directories.flatMap((directory) =>
    tempsIn(place, work, directory, listed.get(directory) ?? []).map((name) =>
      directory === '' ? name : `${directory}/${name}`,
    ),
  )
  if (paths.length === 0) return true
  const complaints = await place.rsync.delete(paths.map(text), signal)
  return complaints.every(({ kind }) => kind === 'vanished')
}

/** The names of what is to go. What the source has is no temporary file. */
function tempsIn({ context }: Place, work: Work, directory: string, listed: readonly Listed[]): string[] {
  const isTemp = tempsOf(work, directory)
  return listed.filter(isTemp).flatMap(({ name }) => {
    const path = sourcePath(context.root, text(directory === '' ? name : `${directory}/${name}`))
    return isThere(path) ? [] : [name]
  })
}

function isThere(path: string | Buffer): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return !isAbsent(error)
  }
}

function text(bytes: string): string {
  return nameText(Buffer.from(bytes, 'latin1'))
}

const MOST_LISTS = 100
