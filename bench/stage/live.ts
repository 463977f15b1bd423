import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Place } from '../contenders/contender.ts'
import type { Group } from './group.ts'

/** A file that is written to until the target has it, in the root of the source. */
export const MARKER = 'live-marker'
const LOOK_EVERY_MS = 2
/** A change that nobody saw is made again after that. */
const AGAIN_MS = 1000

/**
 * Resolves when `group` carries changes: the second one that was made after its start has arrived, as the first may be carried
 * by what it does at its start, before it watches. To the time since its start, or to `undefined` when that was not within
 * `limitMs` or it has ended.
 */
export async function untilLive(group: Group, { source, target }: Place, limitMs: number): Promise<number | undefined> {
  let length = fs.lstatSync(`${source}/${MARKER}`, { throwIfNoEntry: false })?.size ?? 0
  for (const first of [length, length + 1]) {
    length = Math.max(length, first)
    for (let madeAt = -Infinity; ; await pause(LOOK_EVERY_MS)) {
      if (group.ageMs > limitMs || group.hasEnded) return undefined
      const arrived = fs.lstatSync(`${target}/${MARKER}`, { throwIfNoEntry: false })?.size ?? 0
      if (arrived > first && arrived === length) break
      if (group.ageMs - madeAt < AGAIN_MS) continue
      madeAt = group.ageMs
      // Longer each time: some compare sizes and seconds only.
      fs.writeFileSync(`${source}/${MARKER}`, '.'.repeat(++length))
    }
  }
  return group.ageMs
}
