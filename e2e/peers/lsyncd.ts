import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, Place } from '../torture/contender.ts'
import { LENIENT } from './lenient.ts'
import { hasWatch, startPeer } from './peer-process.ts'

/** By rsync, without delay, carrying all that the others carry. */
export const lsyncd: Contender = {
  ...LENIENT,
  name: 'lsyncd',
  prepare: (place) => writeFileSync(configOf(place), config(place)),
  start: (place, launch) =>
    startPeer({ command: '/usr/bin/lsyncd', args: ['-nodaemon', configOf(place)], isReady: ({ pid }) => hasWatch(pid) }, launch),
}

function configOf({ folder }: Place): string {
  return join(folder, 'lsyncd.conf.lua')
}

function config({ source, target }: Place): string {
  return `settings { insist = true }

-- What could not be transferred is tried again; by default lsyncd lets it be.
local codes = {}
for code, what in pairs(default.rsyncExitCodes) do codes[code] = what end
codes[23] = "again"

sync {
  default.rsync,
  source = ${JSON.stringify(source)},
  target = ${JSON.stringify(target)},
  delay = 0,
  exitcodes = codes,
  rsync = { archive = true, hard_links = true, _extra = { "--modify-window=-1" } },
}
`
}
