import type { Capabilities } from '../handler.ts'
import type { Stage } from './stage.ts'

/** A case of the conformance suite as the files of `cases/` write it. */
export interface Case {
  readonly name: string
  /** Default: every handler. */
  needs?(capabilities: Capabilities): boolean
  readonly dryRun?: boolean
  run(stage: Stage): Promise<void>
}
