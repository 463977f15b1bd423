import type { HandlerContext, Log } from '@clsync/core/handler'
import type { Destination } from './destination.ts'
import type { HardLinks } from './hard-links.ts'
import type { Metadata } from './metadata.ts'
import type { RecentlyTimed } from './recently-timed.ts'
import type { Root } from './root.ts'
import type { TempNames } from './temp-names.ts'
import type { Trash } from './trash.ts'
import type { Untimed } from './untimed.ts'

/** One target for as long as its session lasts. */
export interface Mirror {
  /** Root of the source, as text. */
  readonly source: string
  readonly destination: Destination
  /** The directory of the destination. */
  readonly target: Root
  readonly metadata: Metadata
  readonly temps: TempNames
  readonly trash: Trash | undefined
  readonly hardLinks: HardLinks | undefined
  readonly log: Log
  readonly progress: HandlerContext['progress']
  /** Deletes that failed and were not made good since: what they leave behind is not foreign. */
  readonly undeleted: Set<string>
  /**
   * At first contact, a file of the target is believed to be the source's when it equals it in size and time and has not changed
   * (ctime) since this moment: before it, nothing was put there by us. 0 when nothing is believed.
   */
  trustedBeforeNs: bigint
  readonly untimed: Untimed
  readonly recentlyTimed: RecentlyTimed
  /** Moves of the latest batch that were done, so that its replay knows. */
  readonly moved: { batch: string; readonly inodes: Map<string, bigint> }
  /** Whether a file can be written before it has a name; unknown until tried. */
  unnamed: boolean | undefined
  /** Whether large files can share blocks with the source; unknown until tried. */
  reflinks: boolean | undefined
}
