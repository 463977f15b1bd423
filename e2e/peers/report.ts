import { PEER_CLASSES } from './classes.ts'
import type { PeerResult } from './result.ts'
import { countTable, kindTable, rateTable } from './table.ts'
import { MOUNT_CLASSES } from './unmounted.ts'

export interface Circumstances {
  readonly versions: Readonly<Record<string, string>>
  /** The file system. */
  readonly on: string
  readonly steps: number
}

const CLASSES = [...PEER_CLASSES, ...MOUNT_CLASSES]

/** Everything that the results say, as Markdown. */
export function longReport(results: readonly PeerResult[], { versions, on, steps }: Circumstances): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name === 'clsync' ? 'clsync (C)' : name} ${version}`)
  const seeded = results.filter(({ className }) => PEER_CLASSES.some(({ name }) => name === className))
  const seeds = new Set(seeded.map(({ seed }) => seed)).size
  return [
    `${new Date().toISOString().slice(0, 10)}: ${programs.join(', ')}; ${on}; ${seeds} seeds of ${steps} steps a class.`,
    'Runs that diverged; in brackets, those in which more than an owner, a mode or a time was wrong:',
    rateTable(results, CLASSES),
    'In how many of all runs something was',
    kindTable(seeded),
  ].join('\n\n')
}

/** For the README: how many runs diverged. */
export function shortReport(results: readonly PeerResult[]): string {
  return countTable(results, CLASSES, ['clsync', 'clsync (C)', 'lsyncd', 'unison'])
}
