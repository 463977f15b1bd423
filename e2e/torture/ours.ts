import fs from 'node:fs'
import path from 'node:path'
import { type Daemon, startDaemon } from '../stage/daemon.ts'
import type { Contender, Place, Running } from './contender.ts'
import type { Destination } from './destination.ts'
import { mirror } from './destinations/mirror.ts'

/** The built clsync, by default with the handler that is built in. */
export function ours(monitor: string, destination: Destination = mirror): Contender {
  const { compare, isCareful, server, lateMs = LATE_MS } = destination
  return {
    name: 'clsync',
    ...(compare && { compare }),
    ...(isCareful && { isCareful }),
    ...(server && { server }),
    isLateAfterMs: lateMs,
    needsWatches: monitor !== 'fanotify',
    prepare(place, { random, isForgetful }) {
      const { folder, source, state } = place
      const config = {
        source,
        targets: { copy: destination.target(place, random) },
        stateDir: state,
        monitor,
        schedule: { delay: random.pick([0, 0, 50]) },
        retry: { min: 100, max: 1000 },
        pollInterval: 300,
        // A monitor that may miss something is made good by this. With others it comes so late that it hides nothing.
        scrubInterval: monitor === 'parcel' ? 2000 : 3 * lateMs,
        ...(isForgetful && { extraneous: 'delete' }),
        maxDelete: 'off',
      }
      fs.writeFileSync(path.join(folder, 'clsync.config.json'), JSON.stringify(config))
    },
    start: ({ folder }, { prefix, env }) => running(startDaemon(['--verbose'], { cwd: folder, prefix, env })),
    stateFiles,
    refusal({ ended, output }) {
      if (ended?.code !== 4) return `a second clsync ended with ${JSON.stringify(ended)}`
      return output.includes('STATE_LOCKED') ? undefined : 'a second clsync did not say STATE_LOCKED'
    },
  }
}

const LATE_MS = 10_000
const READY_MS = 60_000

function running(daemon: Daemon): Running {
  return {
    pid: daemon.pid,
    get output() {
      return daemon.output
    },
    get ended() {
      return daemon.ended
    },
    ready: () => daemon.ready(READY_MS),
    kill: (signal) => daemon.kill(signal),
    end: () => daemon.end(READY_MS),
    async stop() {
      await daemon.ready(READY_MS) // before that a signal may find nobody who listens
      const { code } = await daemon.stop()
      const errors = daemon.lines.filter(({ level }) => level === 'error').map(({ message }) => `error in the log: ${message}`)
      return [...(code === 0 ? [] : [`ended with ${code}`]), ...errors]
    },
  }
}

/** The database first, then what SQLite keeps beside it. */
function stateFiles({ state }: Place): string[] {
  const names = fs.readdirSync(state, { recursive: true, encoding: 'utf8' }).toSorted()
  return names.filter((name) => /(^|\/)state\.db(-wal|-shm)?$/.test(name)).map((name) => path.join(state, name))
}
