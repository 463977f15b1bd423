import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { faultClass } from './torture/faults/classes.ts'
import { ours } from './torture/ours.ts'
import { runSeed } from './torture/seed.ts'

/** More of them by `node --conditions=clsync-source e2e/torture/torture.ts --seeds 50`. */
it.skipIf(process.platform !== 'linux').each([
  { seed: 1001, name: 'plain' },
  { seed: 1002, name: 'kill' },
  { seed: 1003, name: 'kill' },
])(
  'an exact copy comes of seed $seed of the class $name',
  async ({ seed, name }) => {
    const options = { contender: ours('auto'), steps: 200, mayBeKilled: true, directory: tmpdir() }
    const result = await runSeed({ ...options, seed, faultClass: faultClass(name) })
    expect(result.differences, [`kept in ${result.folder}`, ...result.journal].join('\n')).toEqual([])
  },
  60_000,
)
