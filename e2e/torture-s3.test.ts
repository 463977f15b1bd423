import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endS3Server, s3 } from './torture/destinations/s3.ts'
import { faultClass } from './torture/faults/classes.ts'
import { ours } from './torture/ours.ts'
import { runSeed } from './torture/seed.ts'
import { openVolume } from './torture/volume.ts'

const lacking = s3.lacks?.()
if (lacking !== undefined) console.log(`left out: ${lacking}`)

/** More of them by `node --conditions=clsync-source e2e/torture/torture.ts --to s3 --seeds 50`. */
describe.skipIf(lacking !== undefined)('through S3', () => {
  beforeAll(() => s3.server?.start())
  afterAll(() => endS3Server())

  it.each(['server-away', 'dirs', 'kill', 'state-deleted'].map((name, index) => ({ name, seed: 2001 + index })))(
    'exact objects come of seed $seed of the class $name',
    async ({ name, seed }) => {
      const options = { contender: ours('auto', s3), steps: 120, keptIn: tmpdir(), volume: openVolume('dir', tmpdir()) }
      const result = await runSeed({ ...options, seed, faultClass: faultClass(name), mayBeKilled: seed % 2 === 0 })
      expect(result.differences, [`kept in ${result.folder}`, ...result.journal].join('\n')).toEqual([])
    },
    180_000,
  )
})
