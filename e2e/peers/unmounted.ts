import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../stage/until.ts'
import type { Contender, Place } from '../torture/contender.ts'
import { createRandom } from '../torture/random.ts'
import type { PeerResult } from './result.ts'

const FILES = 50
/** Long enough for everybody to do what they will do. */
const PATIENCE_MS = 6000
const LAUNCH = { prefix: [], env: {} }

export const UNMOUNTED = 'unmounted'
const NOT_MOUNTED = 'not mounted'

/** What is looked at here, as the classes of the seeds have it. */
export const MOUNT_CLASSES = [
  { name: UNMOUNTED, about: 'the source is unmounted while it is watched' },
  { name: NOT_MOUNTED, about: 'the source is not mounted when it is started again' },
] as const

/** The source is a mount that goes away: once while it is watched, once before the start. Whether the copy is still there then. */
export async function unmounted(contender: Contender, directory: string): Promise<PeerResult[]> {
  const folder = mkdtempSync(join(directory, 'unmounted-'))
  const place: Place = {
    folder,
    source: join(folder, 'source'),
    target: join(folder, 'target'),
    state: join(folder, 'state'),
  }
  for (const made of [place.source, place.target, place.state]) mkdirSync(made)
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place.source])
  contender.prepare?.(place, { random: createRandom(1), isForgetful: false })
  const running = contender.start(place, LAUNCH)
  let again = running
  try {
    for (let index = 0; index < FILES; index++) writeFileSync(join(place.source, `f${index}`), `${index}`)
    await until('the copy', () => count(place) === FILES)
    await running.ready()
    // Lazily: a contender may have its working directory there.
    execFileSync('umount', ['--lazy', place.source])
    await pause(PATIENCE_MS)
    const whileWatched = result(contender, UNMOUNTED, place)
    running.kill()
    await running.end()
    // What it has lost already is put back, for the second question.
    for (let index = 0; index < FILES; index++) writeFileSync(join(place.target, `f${index}`), `${index}`)
    again = contender.start(place, LAUNCH)
    await pause(PATIENCE_MS)
    return [whileWatched, result(contender, NOT_MOUNTED, place)]
  } finally {
    again.kill()
    await again.end()
    rmSync(folder, { recursive: true })
  }
}

function count({ target }: Place): number {
  return readdirSync(target).length
}

function result(contender: Contender, className: string, place: Place): PeerResult {
  const lost = FILES - count(place)
  const differences = lost === 0 ? [] : [`missing ${lost} of ${FILES} files`]
  return { contender: contender.name, className, seed: 1, differences, deaths: 0, convergedMs: 0, folder: '' }
}
