import { spawnSync } from 'node:child_process'
import { Group } from '../stage/group.ts'
import type { Contender } from './contender.ts'
import { versionOf } from './version.ts'

/** One way: what differs is made as the source has it. */
export const unison: Contender = {
  name: hasWatcher() ? 'unison watch' : 'unison repeat 1',
  role: 'peer',
  times: 'seconds',
  probe: () => versionOf({ command: 'unison', args: ['-version'], version: /version ([\d.]+)/ }),
  start: ({ source, target, state }) =>
    new Group({
      command: 'unison',
      args: [
        ...[source, target, '-ui', 'text', '-batch', '-auto', '-repeat', hasWatcher() ? 'watch' : '1', '-times', '-perms', '-1'],
        ...['-owner', '-group', '-numericids', '-ignorelocks', '-force', source, '-logfile', `${state}/unison.log`],
      ],
      // Its memory of both sides.
      env: { UNISON: state },
      log: `${state}/log`,
    }),
}

/** `-repeat watch` needs a program that Debian 12 leaves out; then it looks again a second after each time that it was done. */
function hasWatcher(): boolean {
  return spawnSync('unison-fsmonitor', ['--version'], { stdio: 'ignore' }).error === undefined
}
