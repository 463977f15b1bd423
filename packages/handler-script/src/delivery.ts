import type { Change } from '@clsync/core/handler'
import type { PlannedCommand } from './plan.ts'
import type { Round } from './round.ts'

/** Changes that follow one another in a batch and go to one command. */
export interface Delivery {
  readonly round: Round
  readonly planned: PlannedCommand
  readonly changes: readonly Change[]
  /** The root itself comes first, called so. */
  readonly rootPath?: string | undefined
}

/** The root as if it were a change. It is in no batch, and nothing is to be said of it. */
export function rootChange(path: string): Change {
  return { type: 'create', path, kind: 'directory', previousKind: 'none', content: false, recursive: false }
}

/** What a command is told of, the root with it. */
export function told({ changes, rootPath }: Delivery): readonly Change[] {
  return rootPath === undefined ? changes : [rootChange(rootPath), ...changes]
}
