import type { Contender } from '../torture/contender.ts'
import { LENIENT } from './lenient.ts'
import { hasWatch, startPeer } from './peer-process.ts'

/**
 * The original: no delays, each batch by one rsync. A failed rsync ends it, and its next start compares everything. (Its manual
 * has failures 23 ignored; what they left out would then be left out for good.)
 */
export const clsyncC: Contender = {
  ...LENIENT,
  name: 'clsync (C)',
  start: ({ source, target }, launch) =>
    startPeer(
      {
        command: '/usr/bin/clsync',
        args: [
          ...['--config-file', '/NULL/', '-M', 'rsyncdirect', '-W', source, '-D', target, '-S', '/usr/bin/rsync'],
          ...['-w', '0', '-t', '0', '-T', '0', '-x', '24'],
          ...['--', '--modify-window=-1', '%RSYNC-ARGS%', `${source}/`, `${target}/`],
        ],
        isReady: ({ pid }) => hasWatch(pid),
      },
      launch,
    ),
}
