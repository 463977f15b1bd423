import fs from 'node:fs'
import { Group } from '../stage/group.ts'
import type { Contender, Place } from './contender.ts'
import { RSYNC, versionOf } from './version.ts'

/** Its server, and a trigger that runs rsync: over everything, or for the names that it tells, which leaves full directories. */
export function watchman(way: 'all' | 'names'): Contender {
  return {
    name: way === 'all' ? 'watchman + rsync' : 'watchman + rsync of names',
    role: 'peer',
    times: 'exact',
    probe: () => versionOf({ command: 'watchman', version: /([\d.]+)/ }, RSYNC),
    start(place) {
      const { source, state } = place
      fs.writeFileSync(`${state}/trigger.json`, JSON.stringify(['trigger', source, trigger(way, place)]))
      return new Group({ command: 'bash', args: ['-c', SCRIPT, 'watchman', source, state], log: `${state}/log` })
    },
  }
}

const SCRIPT = `
ask() { watchman --no-spawn --no-local --sockname="$2/socket" "\${@:3}"; }
watchman --foreground --no-save-state --sockname="$2/socket" --logfile="$2/server.log" --pidfile="$2/pid" --statefile="$2/state" &
until ask "$1" "$2" get-pid > "$2/answer" 2>&1; do sleep 0.02; done
ask "$1" "$2" watch "$1"
ask "$1" "$2" -j < "$2/trigger.json"
wait`

function trigger(way: 'all' | 'names', { source, target }: Place): object {
  const copy = ['rsync', '--modify-window=-1', '--exclude=/.watchman-cookie-*']
  return {
    name: 'copy',
    expression: ['true'],
    ...(way === 'all'
      ? { command: [...copy, '-aH', '--delete', `${source}/`, `${target}/`], stdin: '/dev/null' }
      : {
          command: [...copy, '-lptgoDH', '--dirs', '--files-from=-', '--delete-missing-args', `${source}/`, `${target}/`],
          stdin: 'NAME_PER_LINE',
        }),
  }
}
