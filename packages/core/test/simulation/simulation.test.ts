import { expect, test } from 'vitest'
import { drawHistory } from './world/history.ts'
import { report } from './world/report.ts'
import { simulate } from './world/simulation.ts'

/**
 * Thousands of little lives of the engine: files change in every way, the kernel's queue overflows, handlers fail and hang, processes
 * die, and in the end every target holds what the source holds. A history follows from its seed: `CLSYNC_SEED=n CLSYNC_HISTORIES=1`
 * runs one again, and tells its shortest form.
 */
const FIRST = Number(process.env['CLSYNC_SEED'] ?? 1)
const COUNT = Number(process.env['CLSYNC_HISTORIES'] ?? 500)
/** Histories that are run in one test, so that each stays well below its time. */
const PER_TEST = 250

for (let from = FIRST; from < FIRST + COUNT; from += PER_TEST) {
  const end = Math.min(from + PER_TEST, FIRST + COUNT)
  test(`targets hold what the source holds, in histories ${from} to ${end - 1}`, { timeout: 600_000 }, async () => {
    let turns = 0
    for (let seed = from; seed < end; seed++) {
      const outcome = await simulate(drawHistory(seed))
      if (outcome.broken !== undefined) expect.fail(await report(seed))
      turns += outcome.turns
    }
    console.log(`${end - from} histories from seed ${from}, ${turns} turns of the engine`)
  })
}

test('the same seed tells the same story', async () => {
  for (let seed = FIRST; seed < FIRST + 20; seed++) {
    const story = (await simulate(drawHistory(seed))).story
    expect((await simulate(drawHistory(seed))).story).toEqual(story)
  }
})
