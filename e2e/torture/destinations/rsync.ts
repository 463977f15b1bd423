import { rsyncIsMissing, startRsyncd } from '../../stage/servers/rsyncd.ts'
import type { Server as StageServer } from '../../stage/servers/server.ts'
import { sshdIsMissing, startSshd } from '../../stage/servers/sshd.ts'
import { differences } from '../../stage/tree-state.ts'
import type { Destination, Server } from '../destination.ts'
import { inTurns } from '../in-turn.ts'

const HANDLER = '@clsync/handler-rsync'

/** A local directory through rsync. */
export const rsyncLocal: Destination = {
  name: 'rsync-local',
  isCareful: true,
  lacks: () => rsyncIsMissing,
  target: ({ target }) => ({ handler: HANDLER, destination: target }),
}

/** A directory of this machine through its own ssh server. */
const sshd = lasting(() => startSshd())
export const rsyncOverSsh: Destination = {
  name: 'rsync-ssh',
  isCareful: true,
  lateMs: 20_000,
  server: sshd,
  lacks: () => rsyncIsMissing ?? sshdIsMissing,
  target: ({ target }) => ({
    handler: HANDLER,
    destination: `target:${target}`,
    options: { stallSeconds: 15, ssh: { configFile: sshd.get().configFile, options: { ServerAliveInterval: '1' } } },
  }),
}

/** A directory of this machine through its own rsync daemon, whose module is the whole machine. */
const rsyncd = lasting(() => startRsyncd({ directory: '/' }))
export const rsyncToDaemon: Destination = {
  name: 'rsync-daemon',
  isCareful: true,
  // It is there to tell the target from another directory.
  compare: (source, target) => differences(source, target).filter((line) => !line.endsWith('".clsync-target"')),
  lateMs: 20_000,
  server: rsyncd,
  lacks: () => rsyncIsMissing,
  target: ({ target }) => ({ handler: HANDLER, destination: `${rsyncd.get().url}${target}`, options: { stallSeconds: 15 } }),
}

/** A server that is made at the first start, and is the same at the next. */
function lasting<T extends StageServer>(make: () => Promise<T>): Server & { get(): T } {
  let server: T | undefined
  const inTurn = inTurns()
  return {
    get() {
      if (server === undefined) throw new Error('the server has not been started')
      return server
    },
    start: () =>
      inTurn(async () => {
        if (server === undefined) server = await make()
        else await server.start()
      }),
    stop: () => inTurn(async () => server?.stop()),
  }
}
