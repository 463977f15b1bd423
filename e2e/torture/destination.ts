import type { Place } from './contender.ts'
import { mirror } from './destinations/mirror.ts'
import { rsyncLocal, rsyncOverSsh, rsyncToDaemon } from './destinations/rsync.ts'
import { s3 } from './destinations/s3.ts'
import type { Random } from './random.ts'

/** What clsync copies to: a handler with its options, and the server behind it where there is one. */
export interface Destination {
  readonly name: string
  /** Says what is wrong with the copy, one line for each; by default everything that is not exact. */
  readonly compare?: (source: string, target: string) => readonly string[] | Promise<readonly string[]>
  /** Whether it promises to write nothing into what has taken the place of the target. */
  readonly isCareful?: boolean
  /** From when on what is still wrong counts as lost, after the last change. Default: 10 s. */
  readonly lateMs?: number
  /** The copy goes through it; it is started once, before all seeds, and shared by them. */
  readonly server?: Server
  /** Why it cannot be had here. */
  lacks?(): string | undefined
  /** The target's part of the config. */
  target(place: Place, random: Random): object
}

/** A real server that may be away for a while. */
export interface Server {
  /** Also after a stop; what it holds is kept. Resolves when it answers. */
  start(): Promise<void>
  /** All connections end at once. */
  stop(): Promise<void>
}

/** All that the torture can be played with. */
const DESTINATIONS: readonly Destination[] = [mirror, rsyncLocal, rsyncOverSsh, rsyncToDaemon, s3]

/** The destination of that name; throws when there is none. */
export function destination(name: string): Destination {
  const found = DESTINATIONS.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new Error(`no destination "${name}"; there are ${DESTINATIONS.map((each) => each.name).join(', ')}`)
}
