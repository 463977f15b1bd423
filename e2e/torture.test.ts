import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { runSeed } from './torture/seed.ts'

/** More of them by `node --conditions=clsync-source e2e/torture/torture.ts --seeds 50`. */
it.skipIf(process.platform !== 'linux').each([
  { seed: 1001, isKilled: false },
  { seed: 1002, isKilled: true },
  { seed: 1003, isKilled: true },
])(
  'an exact copy comes of seed $seed',
  async ({ seed, isKilled }) => {
    const result = await runSeed({ seed, isKilled, steps: 200, monitor: 'auto', directory: tmpdir() })
    expect(result.differences, [`kept in ${result.folder}`, ...result.journal].join('\n')).toEqual([])
  },
  60_000,
)
