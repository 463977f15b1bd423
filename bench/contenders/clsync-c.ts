import { Group } from '../stage/group.ts'
import type { Contender } from './contender.ts'
import { RSYNC, versionOf } from './version.ts'

/** Not by its name alone: ours has the same. */
const COMMAND = '/usr/bin/clsync'

/** The original: no delays, each batch by one rsync. It looks whether there is something to do once a second. */
export const clsyncC: Contender = {
  name: 'clsync (C)',
  role: 'peer',
  times: 'exact',
  probe: () => versionOf({ command: COMMAND, version: /clsync v([\d.]+)/ }, RSYNC),
  start: ({ source, target, state }) =>
    new Group({
      command: COMMAND,
      args: [
        ...['--config-file', '/NULL/', '-M', 'rsyncdirect', '-W', source, '-D', target, '-S', '/usr/bin/rsync'],
        ...['-u', '0', '-g', '0', '-w', '0', '-t', '0', '-T', '0', '-B', '0', '-x', '23', '-x', '24'],
        ...['--', '--modify-window=-1', '%RSYNC-ARGS%', `${source}/`, `${target}/`],
      ],
      env: { TMPDIR: state },
      log: `${state}/log`,
    }),
}
