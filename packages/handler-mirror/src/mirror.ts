import type { Batch, FailedPath, HandlerContext, Log } from '@clsync/core/handler'
import { sourcePath } from '@clsync/core/handler'
import type { Destination } from './destination.ts'
import { Guard } from './guard.ts'
import type { HardLinks } from './hard-links.ts'
import type { Metadata } from './metadata.ts'
import type { FsPath } from './native.ts'
import { Slice } from './slice.ts'
import type { TempNames } from './temp-names.ts'
import type { Trash } from './trash.ts'
import { TouchedDirectories } from './touched-directories.ts'

/** One target for as long as its session lasts. */
export interface Mirror {
  /** Root of the source, as text. */
  readonly source: string
  readonly destination: Destination
  readonly metadata: Metadata
  readonly temps: TempNames
  readonly trash: Trash | undefined
  readonly hardLinks: HardLinks | undefined
  readonly log: Log
  readonly progress: HandlerContext['progress']
  /** Deletes that failed and were not made good since: what they leave behind is not foreign. */
  readonly undeleted: Set<string>
  /** Moves of the latest batch that were done, so that its replay knows. */
  readonly moved: { batch: string; readonly inodes: Map<string, bigint> }
  /** Whether large files can share blocks with the source; unknown until tried. */
  reflinks: boolean | undefined
}

/** One batch on its way to the target. */
export class Pass {
  readonly mirror: Mirror
  readonly batch: Batch
  readonly slice: Slice
  readonly sourceGuard: Guard
  readonly targetGuard: Guard
  readonly directories: TouchedDirectories
  /** Directories that this pass made: nothing in them has to be looked at. */
  readonly fresh = new Set<string>()
  readonly failed: FailedPath[] = []

  constructor(mirror: Mirror, batch: Batch, signal: AbortSignal) {
    this.mirror = mirror
    this.batch = batch
    this.slice = new Slice(signal)
    this.sourceGuard = new Guard(mirror.source)
    this.targetGuard = new Guard(mirror.destination.root)
    this.directories = new TouchedDirectories(mirror, this.sourceGuard, this.targetGuard)
  }

  /** Where `path` is in the source, for `fs`. */
  from(path: string): FsPath {
    return sourcePath(this.mirror.source, path)
  }

  /** Where `path` is in the target, for `fs`. */
  to(path: string): FsPath {
    return sourcePath(this.mirror.destination.root, path)
  }

  /** Lets the event loop turn. Nothing that was looked at before is believed afterwards. Throws when aborted. */
  async turn(): Promise<void> {
    await this.slice.next()
    this.mirror.destination.check()
    this.sourceGuard.forget()
    this.targetGuard.forget()
  }
}
