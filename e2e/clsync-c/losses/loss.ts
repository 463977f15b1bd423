import type { Stage } from '../../stage/stage.ts'
import type { Program } from './program.ts'

export interface Loss {
  readonly title: string
  /** How it ends when nothing is lost. */
  readonly right: string
  /** It mounts file systems. */
  readonly needsRoot?: true
  /** Puts a program through it, and says how it ended. */
  run(program: Program, stage: Stage): Promise<string>
}
