import fs from 'node:fs'
import type { Batch, FailedPath } from '@clsync/core/handler'
import { Guard } from './guard.ts'
import type { Made } from './metadata.ts'
import type { Mirror } from './mirror.ts'
import type { FsPath } from './native.ts'
import { Root } from './root.ts'
import { Slice } from './slice.ts'
import { TouchedDirectories } from './touched-directories.ts'

/** One batch on its way to the target. */
export class Pass {
  readonly mirror: Mirror
  readonly batch: Batch
  readonly slice: Slice
  readonly source: Root
  readonly sourceGuard: Guard
  readonly targetGuard: Guard
  readonly directories: TouchedDirectories
  /** Directories that this pass made: nothing in them has to be looked at. */
  readonly fresh = new Set<string>()
  /** What a new file in a fresh directory was like, made with this mode: the next one will be, too. */
  born: { readonly directory: string; readonly mode: number; readonly made: Made } | undefined
  readonly failed: FailedPath[] = []
  /** What the source did not have any more when its turn came. */
  readonly stale: string[] = []

  constructor(mirror: Mirror, batch: Batch, signal: AbortSignal) {
    this.mirror = mirror
    this.batch = batch
    this.slice = new Slice(signal)
    this.source = new Root(mirror.source)
    // A mount may have put one into the other: then it would be copied into itself without end, or written over.
    this.sourceGuard = new Guard(this.source, statOf(mirror.target))
    this.targetGuard = new Guard(mirror.target, statOf(this.source))
    this.directories = new TouchedDirectories(this)
  }

  /** Notes that the source has nothing at `path` any more. */
  isGone(path: string): undefined {
    this.stale.push(path)
  }

  /** Where `path` is in the source, for `fs`. */
  from(path: string): FsPath {
    return this.source.place(path)
  }

  /** Where `path` is in the target, for `fs`. */
  to(path: string): FsPath {
    return this.mirror.target.place(path)
  }

  close(): void {
    this.source.forget()
    this.mirror.target.forget()
  }

  /** Lets the event loop turn. Nothing that was looked at before is believed afterwards. Throws when aborted. */
  async turn(): Promise<void> {
    await this.slice.next()
    this.mirror.destination.check()
    this.sourceGuard.forget()
    this.targetGuard.forget()
  }
}

function statOf(root: Root): fs.Stats | undefined {
  return fs.statSync(root.place(''), { throwIfNoEntry: false })
}
