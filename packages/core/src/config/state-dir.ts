import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Environment } from './environment.ts'

/** `$XDG_STATE_HOME/clsync`, else `~/.local/state/clsync`. What config, environment and flags say goes before it. */
export function defaultStateDir(environment: Environment, home: string): string {
  const base = environment['XDG_STATE_HOME']
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(home, '.local', 'state'), 'clsync')
}

/**
 * A task's own directory: readable, and different for every combination of `parts` (the task's name, the path of its
 * source as it was named, for a task from the command line also its target).
 */
export function taskStateDir(stateDir: string, name: string, parts: readonly string[]): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-+|-+$/gu, '')
    .slice(0, 40)
  const hash = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)
  return path.join(stateDir, slug === '' ? hash : `${slug}-${hash}`)
}
