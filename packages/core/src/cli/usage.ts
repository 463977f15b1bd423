import { FLAGS, type Flag } from '../config/flag.ts'

/** What `clsync --help` prints. */
export function helpText(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => `${title}\n${flagLines(group)}`)
  return `${HEAD}\n\n${sections.join('\n\n')}\n\n${TAIL}\n`
}

/** What `clsync` alone prints where there is no config. */
export function shortUsage(): string {
  return `${HEAD}\n\nclsync --help lists every option.\n`
}

const HEAD = `clsync keeps a copy of a directory up to date while it changes.

  clsync ./src /backup/src                   mirror into a local directory
  clsync --handler rsync ./src host:/srv     hand changes to a handler
  clsync                                     do what clsync.config.ts says
  clsync --once ./src /backup/src            sync what differs, then end
  clsync verify ./src /backup/src            repair what others have changed at the target, then end
  clsync import clsync.conf                  make a config of the C clsync's, or of lsyncd's`

const GROUPS = { what: 'What to sync', how: 'How', output: 'Output' } as const

const TAIL = `Each option can also be set in the environment: --state-dir is CLSYNC_STATE_DIR.
Ends with 0 when done, 1 failed, 2 usage or config, 3 halted (a person is needed), 4 already running.`

function flagLines(group: string): string {
  return Object.entries<Flag>(FLAGS)
    .filter(([, flag]) => flag.group === group)
    .map(([name, { takes, short, help }]) => {
      const left = `  ${short === undefined ? '   ' : `-${short},`} --${name}${takes === undefined ? '' : ` ${takes}`}`
      return `${left.padEnd(30)} ${help}`
    })
    .join('\n')
}
