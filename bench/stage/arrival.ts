import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Contender } from '../contenders/contender.ts'
import { looksLike } from './copy.ts'
import type { Group } from './group.ts'

const LOOK_EVERY_MS = 1
/** Between two notes of the memory. */
const SAMPLE_EVERY_MS = 20

/** Asked until it says true. */
export type Arrival = () => boolean

/** Each is asked until it says true, and never again. From both ends, as some programs go one way and some the other. */
export function allOf(count: number, isThere: (at: number) => boolean): Arrival {
  let [from, to] = [0, count - 1]
  return () => {
    while (from <= to && isThere(from)) from++
    while (from <= to && isThere(to)) to--
    return from > to
  }
}

/** Whether all files at `paths` stand below `target` as below `source`, their contents not looked at: those are read at the end. */
export function filesArrive(source: string, target: string, paths: readonly string[], times: Contender['times']): Arrival {
  return allOf(paths.length, (at) => {
    const { size, mtimeNs } = fs.lstatSync(`${source}/${paths[at]}`, { bigint: true })
    return looksLike(`${target}/${paths[at]}`, Number(size), mtimeNs, times)
  })
}

/** Waits until all is there; resolves to the time since `since`, or to `undefined` when that was not within `limitMs`. */
export async function lagOf(group: Group, hasArrived: Arrival, since: number, limitMs: number): Promise<number | undefined> {
  group.sample()
  for (let sampledAt = performance.now(); !hasArrived(); await pause(LOOK_EVERY_MS)) {
    const now = performance.now()
    if (now - since > limitMs || group.hasEnded) return undefined
    if (now - sampledAt < SAMPLE_EVERY_MS) continue
    group.sample()
    sampledAt = now
  }
  return performance.now() - since
}
