import { join } from 'node:path'
import type { Contender } from '../torture/contender.ts'
import { LENIENT } from './lenient.ts'
import { startPeer } from './peer-process.ts'

/** One way: what differs is always made as the source has it. Debian brings it without a watcher, so it looks each second. */
export const unison = contender('unison', [])

/** The same, not relying on sizes and times: each second it reads everything that there is. */
export const unisonThorough = contender('unison (reads all)', ['-fastcheck', 'false'])

function contender(name: string, more: readonly string[]): Contender {
  return {
    ...LENIENT,
    name,
    start: ({ source, target, folder, state }, launch) =>
      startPeer(
        {
          command: '/usr/bin/unison',
          args: [source, target, ...OPTIONS, '-force', source, '-logfile', join(folder, 'unison.log'), ...more],
          // Its own memory of both sides.
          env: { UNISON: state },
          isReady: ({ output }) => /Nothing to do|Synchronization complete/.test(output),
        },
        launch,
      ),
  }
}

const OPTIONS: readonly string[] = [
  ...['-ui', 'text', '-batch', '-auto', '-repeat', '1', '-owner', '-group', '-numericids', '-perms', '-1', '-times'],
  // A killed one leaves its lock behind.
  '-ignorelocks',
]
