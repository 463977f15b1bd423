import fs from 'node:fs'
import { Group } from '../stage/group.ts'
import type { Contender, Place } from './contender.ts'
import { RSYNC, versionOf } from './version.ts'

/** Without delay. By rsync, many changes at once, or directly: a command for each change, which leaves out modes and links. */
export function lsyncd(layer: 'rsync' | 'direct'): Contender {
  return {
    name: `lsyncd ${layer}`,
    role: 'peer',
    times: 'exact',
    probe: () => versionOf({ command: 'lsyncd', version: /Version: ([\d.]+)/ }, RSYNC),
    start(place) {
      fs.writeFileSync(configOf(place), config(layer, place))
      return new Group({ command: 'lsyncd', args: ['-nodaemon', configOf(place)], log: `${place.state}/log` })
    },
  }
}

function configOf({ state }: Place): string {
  return `${state}/lsyncd.conf.lua`
}

function config(layer: 'rsync' | 'direct', { source, target }: Place): string {
  return `settings { insist = true }
sync {
  default.${layer},
  source = ${JSON.stringify(source)},
  target = ${JSON.stringify(target)},
  delay = 0,
  rsync = { archive = true, hard_links = true, _extra = { "--modify-window=-1" } },
}
`
}
