import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { FAULT_CLASSES } from './torture/faults/classes.ts'
import { ours } from './torture/ours.ts'
import { runSeed } from './torture/seed.ts'
import { openVolume } from './torture/volume.ts'

const contender = ours('auto')

// What needs root, mounts or a package leaves itself out, and says so.
const classes = FAULT_CLASSES.filter((each) => {
  const lacking = process.platform === 'linux' ? each.lacks?.({ contender }) : 'it needs Linux'
  if (lacking !== undefined) console.log(`torture of the class ${each.name} is left out: ${lacking}`)
  return lacking === undefined
})

/** More of them by `node --conditions=clsync-source e2e/torture/torture.ts --seeds 50`. */
it.concurrent.each(classes.map((each, index) => ({ name: each.name, faultClass: each, seed: 1001 + index })))(
  'an exact copy comes of seed $seed of the class $name',
  async ({ seed, faultClass }) => {
    const options = { contender, steps: 150, mayBeKilled: seed % 2 === 0, keptIn: tmpdir(), volume: openVolume('dir', tmpdir()) }
    const result = await runSeed({ ...options, seed, faultClass })
    expect(result.differences, [`kept in ${result.folder}`, ...result.journal].join('\n')).toEqual([])
  },
  180_000,
)
