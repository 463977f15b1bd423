import fs from 'node:fs'
import { bytes } from '../../stage/tree-state.ts'
import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** A directory of the source cannot be read for a while, by somebody who has no right to everything. */
export function unreadable(field: Field): Fault {
  const without = '-dac_override,-dac_read_search'
  const prefix = ['setpriv', `--bounding-set=${without}`, `--inh-caps=${without}`]
  field.launch = { ...field.launch, prefix: [...field.launch.prefix, ...prefix] }
  let closed: number | undefined
  return {
    complaint: /halted: The source .* cannot be read/,
    strike() {
      const directory = someDirectory(field)
      const mode = field.random.pick([0, 0, 0o300, 0o400])
      field.tell(`${directory} is closed with ${mode.toString(8)}`)
      // By its descriptor it is found again wherever it is moved to.
      closed = fs.openSync(bytes(directory), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
      fs.fchmodSync(closed, mode)
    },
    heal() {
      if (closed === undefined) return
      fs.fchmodSync(closed, 0o755)
      fs.closeSync(closed)
      closed = undefined
    },
  }
}

/** Mostly at the top, sometimes the root itself. */
function someDirectory({ place, random }: Field): string {
  let found = place.source
  while (random.chance(0.8)) {
    const below = fs.readdirSync(bytes(found), { withFileTypes: true, encoding: 'latin1' }).filter((entry) => entry.isDirectory())
    if (below.length === 0) break
    found = `${found}/${random.pick(below).name}`
  }
  return found
}
