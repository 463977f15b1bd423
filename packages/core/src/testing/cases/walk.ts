import type { Case } from '../case.ts'
import { EditWalk } from '../edit-walk.ts'

/** Clause: all of it together, in no order that anybody thought of. */
export const walkCases: readonly Case[] = [
  {
    name: 'walk: 200 random edits, the target equal at each quiet point',
    async run(stage) {
      const seed = Number(process.env.CLSYNC_SEED ?? Date.now() % 0x7fffffff)
      const walk = new EditWalk(stage.source, stage.handler.capabilities, seed)
      try {
        for (let step = 1; step <= STEPS; step++) {
          walk.step()
          if (!walk.isQuiet() && step < STEPS) continue
          await stage.sync()
          await stage.assertEqual()
        }
      } catch (error) {
        throw new Error(`seed ${seed} (set CLSYNC_SEED to repeat it), last edits:\n  ${walk.latest().join('\n  ')}`, {
          cause: error,
        })
      }
    },
  },
]

const STEPS = 200
