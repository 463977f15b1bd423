import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Contender, Place } from '../contenders/contender.ts'
import { cpuPerChange, msOf, player, REST_MS, takeTurn } from '../latency/player.ts'
import { filesArrive, lagOf } from '../stage/arrival.ts'
import type { Group } from '../stage/group.ts'
import { MARKER, untilLive } from '../stage/live.ts'
import type { BenchOptions } from '../stage/options.ts'
import { median, quantile } from '../stage/table.ts'
import { makeTree } from '../stage/tree.ts'

const MANY = 'many'
const MANY_FILES = 1000
const IDLE_MS = 5000
const QUICK_IDLE_MS = 1000
/** What was changed less than a second before it was seen is not believed to be unchanged. */
const AGE_MS = 1500

/** What a contender showed on a tree that is in sync; NaN: it did not come to that. */
export interface Session {
  readonly contender: Contender
  readonly liveMs: number
  readonly startCpuMs: number
  readonly peakMiB: number
  readonly idleCpuShare: number
  readonly idleMiB: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly changeCpuMs: number
  readonly burstLagMs: number
  readonly removalLagMs: number
  readonly trouble: string
}

/** Starts a contender on a place in sync, as often as `starts`, and lives with it for a while; leaves the place in sync. */
export async function session(
  contender: Contender,
  place: Place,
  count: number,
  starts: number,
  options: BenchOptions,
): Promise<Session> {
  const limitMs = count > 100_000 ? 2 * options.limitMs : options.limitMs
  let found: Session = { ...NOTHING, contender, trouble: `not live within ${limitMs / 1000} s` }
  try {
    if (REMEMBERS.test(contender.name) && (await started(contender, place, limitMs)) === undefined) return found
    const lives: Started[] = []
    for (let at = 1; at <= starts; at++) {
      await pause(AGE_MS)
      const life = await started(contender, place, limitMs, (group, live) =>
        at < starts ? Promise.resolve(live) : livedIn(group, live, contender, place, count, options),
      )
      if (life === undefined) return found
      lives.push(life)
    }
    const startCpuMs = median(lives.map((life) => life.startCpuMs))
    found = { ...found, ...lives.at(-1), liveMs: median(lives.map(({ liveMs }) => liveMs)), startCpuMs }
    return {
      ...found,
      trouble: found.burstLagMs > 0 || !isPlayed(contender, options) ? '' : 'files that came or went did not arrive',
    }
  } finally {
    repair(place)
  }
}

const NOTHING = {
  ...{ liveMs: NaN, startCpuMs: NaN, peakMiB: NaN, idleCpuShare: NaN, idleMiB: NaN },
  ...{ p50Ms: NaN, p99Ms: NaN, changeCpuMs: NaN, burstLagMs: NaN, removalLagMs: NaN },
}

/** Those that keep a record between their runs: it is made before they are measured. */
const REMEMBERS = /^clsync (?!\(C\))|^unison/

type Started = Omit<Session, 'contender' | 'trouble'>

async function started(
  contender: Contender,
  place: Place,
  limitMs: number,
  then: (group: Group, live: Started) => Promise<Started> = (_group, live) => Promise.resolve(live),
): Promise<Started | undefined> {
  const group = contender.start(place)
  try {
    const liveMs = await untilLive(group, place, limitMs)
    if (liveMs === undefined) return undefined
    await group.rest(REST_MS)
    return await then(group, { ...NOTHING, liveMs, startCpuMs: group.cpuMs(), peakMiB: group.peakMiB() })
  } finally {
    await group.stop()
  }
}

async function livedIn(
  group: Group,
  live: Started,
  contender: Contender,
  place: Place,
  count: number,
  options: BenchOptions,
): Promise<Started> {
  const cpuBefore = group.cpuMs()
  const idleMs = options.quick ? QUICK_IDLE_MS : IDLE_MS
  await pause(idleMs)
  const idleCpuShare = (100 * (group.cpuMs() - cpuBefore)) / idleMs
  const idleMiB = group.residentMiB()
  if (!isPlayed(contender, options)) return { ...live, idleCpuShare, idleMiB }
  const playing = player(contender, place, group, live.liveMs)
  const rounds = options.rounds ?? (options.quick ? 3 : 10)
  for (let round = -options.warmUpRounds; round < rounds; round++) {
    if (contender.role === 'peer' && playing.spentMs > options.budgetMs / 2) break
    await takeTurn(playing, count, round, options)
  }
  const ms = msOf(playing)
  const changes = { p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99), changeCpuMs: cpuPerChange(playing) }
  return { ...live, idleCpuShare, idleMiB, ...changes, ...(await comeAndGo(group, contender, place, options.limitMs / 2)) }
}

/** What peers do with changes, a quick run has shown in its other cases. */
function isPlayed({ role }: Contender, { quick }: BenchOptions): boolean {
  return !quick || role !== 'peer'
}

/** A directory of files comes, and goes again. */
async function comeAndGo(group: Group, { times }: Contender, { source, target }: Place, limitMs: number) {
  const paths = makeTree(`${source}/${MANY}`, MANY_FILES)
  const arrival = filesArrive(`${source}/${MANY}`, `${target}/${MANY}`, paths, times)
  const burstLagMs = await lagOf(group, arrival, performance.now(), limitMs)
  if (burstLagMs === undefined) return { burstLagMs: NaN, removalLagMs: NaN }
  await group.rest(REST_MS)
  fs.rmSync(`${source}/${MANY}`, { recursive: true })
  const isGone = (): boolean => fs.lstatSync(`${target}/${MANY}`, { throwIfNoEntry: false }) === undefined
  return { burstLagMs, removalLagMs: (await lagOf(group, isGone, performance.now(), limitMs)) ?? NaN }
}

/** What one has left undone must not be work for the next. */
function repair({ source, target, state }: Place): void {
  for (const root of [source, target]) fs.rmSync(`${root}/${MANY}`, { recursive: true, force: true })
  fs.rmSync(`${target}/${MARKER}`, { force: true })
  fs.rmSync(`${source}/${MARKER}`, { force: true })
  fs.rmSync(state, { recursive: true, force: true })
}
