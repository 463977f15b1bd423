import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../stage/until.ts'
import type { Contender, Place, Running } from '../torture/contender.ts'
import { mount, unmountLazily } from '../torture/mounts.ts'
import { createRandom } from '../torture/random.ts'
import type { PeerResult } from './result.ts'

const FILES = 50
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
export async function unmounted(contender: Contender, seed: number, directory: string): Promise<PeerResult[]> {
  const folder = mkdtempSync(join(directory, 'unmounted-'))
  const at = (name: string): string => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const place: Place = { folder, source: at('source'), target: at('target'), state: at('state') }
  mount('-t', 'tmpfs', 'tmpfs', place.source)
  const random = createRandom(seed)
  contender.prepare?.(place, { random, isForgetful: false })
  const service = new Service(contender, place)
  try {
    fill(place.source, 0, FILES)
    await until('the copy', () => count(place) === FILES)
    await service.running.ready()
    await pause(random.below(1000))
    // Sometimes in the middle of work.
    if (random.chance(0.5)) fill(place.source, 10, 15)
    // Lazily: a contender may have its working directory there.
    unmountLazily(place.source)
    await service.observe()
    const watched = { ...result(contender, seed, place), className: UNMOUNTED, deaths: service.deaths }
    await service.stop()
    // What it has lost already is put back, for the second question.
    fill(place.target, 0, FILES)
    service.start()
    await service.observe()
    return [watched, { ...result(contender, seed, place), className: NOT_MOUNTED, deaths: service.deaths - watched.deaths }]
  } finally {
    await service.stop()
    unmountLazily(place.source)
    rmSync(folder, { recursive: true })
  }
}

/** Starts a contender again when it ends by itself. */
class Service {
  readonly #contender: Contender
  readonly #place: Place
  running: Running
  deaths = 0

  constructor(contender: Contender, place: Place) {
    this.#contender = contender
    this.#place = place
    this.running = contender.start(place, LAUNCH)
  }

  start(): void {
    this.running = this.#contender.start(this.#place, LAUNCH)
  }

  /** Long enough for everybody to do what they will do. */
  async observe(): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(200)) {
      if (this.running.ended === undefined) continue
      this.deaths++
      this.start()
    }
  }

  async stop(): Promise<void> {
    this.running.kill()
    await this.running.end()
  }
}

function fill(directory: string, from: number, to: number): void {
  for (let index = from; index < to; index++) writeFileSync(join(directory, `f${index}`), `${index}`)
}

function count({ target }: Place): number {
  return readdirSync(target).length
}

function result(contender: Contender, seed: number, place: Place): Omit<PeerResult, 'className' | 'deaths'> {
  const lost = FILES - count(place)
  const differences = lost === 0 ? [] : [`missing ${lost} of ${FILES} files`]
  return { contender: contender.name, seed, differences, convergedMs: 0, folder: '' }
}
