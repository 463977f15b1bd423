import fs from 'node:fs'
import path from 'node:path'
import { Group } from '../stage/group.ts'
import type { Contender, Place, StartOptions } from './contender.ts'

/** The built command. */
const CLSYNC = path.resolve(import.meta.dirname, '../../packages/core/bin/clsync.js')
const CAP_SYS_ADMIN = 21n

/** Ours, with one of its monitors. */
export function clsync(monitor: 'fanotify' | 'inotify'): Contender {
  return {
    name: `clsync ${monitor}`,
    role: 'ours',
    times: 'exact',
    probe: () => (monitor === 'fanotify' && !mayMark() ? { lacks: 'it needs CAP_SYS_ADMIN' } : { version: 'as built here' }),
    start: ({ source, target, state }: Place, { mayEmpty = false }: StartOptions = {}) =>
      new Group({
        command: process.execPath,
        args: [
          ...[CLSYNC, source, target, '--monitor', monitor, '--delay', '0', '--state-dir', state, '--log-format', 'json'],
          // Deleting nearly everything would be held back otherwise.
          ...(mayEmpty ? ['--accept'] : []),
        ],
        log: `${state}/log`,
      }),
  }
}

function mayMark(): boolean {
  const [, capabilities = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${capabilities}`) >> CAP_SYS_ADMIN) & 1n) === 1n
}
