import { drawHistory } from './history.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulation.ts'

/** The shortest history found that still goes wrong as this seed does, as a story to be read. */
export async function report(seed: number): Promise<string> {
  const history = drawHistory(seed)
  const shortest = await shrink(history, await simulate(history))
  const { broken, story } = shortest.outcome
  return [
    `Seed ${seed}: ${broken}`,
    JSON.stringify(shortest.history.setting),
    ...story,
    `Again: CLSYNC_SEED=${seed} CLSYNC_HISTORIES=1`,
  ].join('\n')
}
