import path from 'node:path'
import { Group } from '../stage/group.ts'
import type { Contender } from './contender.ts'

const SCRIPT = path.resolve(import.meta.dirname, 'copy-what-changes.ts')

/** A script of forty lines: `inotify` and `copyFile`, nothing remembered, no times kept. */
export const floor: Contender = {
  name: 'floor',
  role: 'floor',
  times: 'none',
  probe: () => ({ version: `node ${process.versions.node}` }),
  start: ({ source, target, state }) =>
    new Group({ command: process.execPath, args: [SCRIPT, source, target], log: `${state}/log` }),
}
