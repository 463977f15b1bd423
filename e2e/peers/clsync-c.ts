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
  start: ({ source, target, state }, launch) =>
    startPeer(
      {
        command: '/usr/bin/clsync',
        // Its lists for rsync, which a killed one leaves behind; only root gets there.
        env: { TMPDIR: state },
        args: [
          ...['--config-file', '/NULL/', '-M', 'rsyncdirect', '-W', source, '-D', target, '-S', '/usr/bin/rsync'],
          ...['-u', '0', '-g', '0', '-w', '0', '-t', '0', '-T', '0', '-x', '24'],
          ...['--', '--modify-window=-1', '%RSYNC-ARGS%', `${source}/`, `${target}/`],
        ],
        isReady: ({ pid }) => hasWatch(pid),
      },
      launch,
    ),
}
