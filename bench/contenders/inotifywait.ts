import { Group } from '../stage/group.ts'
import type { Contender } from './contender.ts'
import { RSYNC, versionOf } from './version.ts'

/** What many people write for themselves: whenever it has been quiet for 20 ms after a change, rsync runs over everything. */
const SCRIPT = `
copy() { rsync -aH --delete --modify-window=-1 "$1/" "$2/"; }
inotifywait -m -r -q -e modify,attrib,close_write,move,create,delete --format . "$1" | {
  copy "$1" "$2"
  while read -r _; do
    while read -r -t 0.02 _; do :; done
    copy "$1" "$2"
  done
}`

export const inotifywait: Contender = {
  name: 'inotifywait + rsync',
  role: 'peer',
  times: 'exact',
  probe: () => versionOf({ command: 'inotifywait', args: ['--help'], version: /inotifywait ([\d.]+)/ }, RSYNC),
  start: ({ source, target, state }) =>
    new Group({ command: 'bash', args: ['-c', SCRIPT, 'inotifywait', source, target], log: `${state}/log` }),
}
