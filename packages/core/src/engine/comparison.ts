import { assemble, type Assembly } from '../batch/assemble.ts'
import type { Handler } from '../handler.ts'
import { DOUBT } from '../model/acked.ts'
import type { Clock } from '../model/clock.ts'
import type { Difference } from '../model/difference.ts'
import { sameIdentity } from '../model/entry.ts'
import { isUtf8, nameOf, parentOf, type RawPath, toText } from '../model/path.ts'
import type { SeenEntry, SeenTable } from '../model/seen.ts'
import type { ScheduleOptions } from '../model/task.ts'
import type { Item } from '../schedule/item.ts'
import type { AckedTree } from '../tree/acked-tree.ts'
import type { Directories } from '../tree/directories.ts'
import { goneBelow } from '../tree/gone.ts'
import { differenceAt, startWalk, type WalkSources } from '../tree/walk.ts'
import type { DeleteLimit } from './delete-limit.ts'
import type { Flight } from './flight.ts'
import type { Problems } from './problems.ts'

export interface ComparisonOptions {
  readonly seen: SeenTable
  /** The source's directories now; another object after the tree was read anew. */
  directories(): Pick<Directories, 'find'>
  readonly acked: AckedTree
  readonly capabilities: Handler['capabilities']
  /** Whether this target renames, so far as its handler claims to. */
  mayMove(): boolean
  readonly schedule: ScheduleOptions
  readonly clock: Clock
  readonly flight: Flight
  readonly deleteLimit: DeleteLimit
  readonly problems: Problems
}

export interface Comparison {
  /** Steps of one batch from due items. `patient`: files that settle or are big wait for their time. */
  compare(items: readonly Item[], maxChanges: number, patient: boolean): Assembly<Item>
  /** Takes back problems of paths that are equal by now, or gone from both sides. */
  forgetSolved(): void
}

/** Compares what was seen with what one target has acked. */
export function createComparison(options: ComparisonOptions): Comparison {
  const { seen, acked, capabilities, flight, clock, deleteLimit } = options
  const sources: WalkSources = {
    seen,
    acked,
    directories: { find: (path) => options.directories().find(path) },
    accepts: (path, entry) => accepts(options, path, entry),
  }
  return {
    compare: (items, maxChanges, patient) =>
      assemble({
        items,
        maxChanges,
        moves: capabilities.moves && options.mayMove(),
        lookup: (path) => differenceAt(sources, path),
        walk: (item) => startWalk(sources, item.path, item.scope, item.after),
        holdsAny: (dir) => acked.table.list(dir, undefined, 1).length > 0,
        goneBelow: (dir, path) => goneBelow(acked, dir, path),
        holdsDirectory: (path) => holdsDirectory(differenceAt(sources, path)),
        count: (path) => acked.count(path, MOST_COUNTED),
        mayDelete: (count) => !capabilities.deletes || deleteLimit.allows(count, acked.table.entries, clock.monotonic()),
        isBusy: (path) => flight.isBusy(path),
        waitUntil: (difference, item) => (patient ? waitUntil(options, difference, item) : undefined),
      }),
    forgetSolved() {
      const { problems } = options
      for (const path of problems.paths()) {
        if (path === '') continue // the target's own
        const row = seenAt(options, path)
        const isUnclaimed = row !== undefined && unclaimed(capabilities, path, row) !== undefined
        if (!isUnclaimed && row?.stamp === acked.get(path)?.stamp) problems.solve(toText(path))
      }
    },
  }
}

function seenAt({ seen, directories }: ComparisonOptions, path: RawPath): SeenEntry | undefined {
  const parent = directories().find(parentOf(path))
  return parent === undefined ? undefined : seen.get(parent, nameOf(path))
}

const MOST_COUNTED = 10_000_000

const UNCLAIMED = {
  file: 'This handler does not sync files.',
  symlink: 'This handler does not sync symbolic links.',
  other: 'Fifos, sockets and devices are not synced.',
} as const

/**
 * Whether the target has the directory that the source has there. In one that the source has renamed, nothing is put that belongs
 * into the new one in its place. In doubt, any directory will do: one that fails by itself must not keep off what is in it.
 */
function holdsDirectory({ seen, acked }: Difference): boolean {
  if (acked?.kind !== 'directory' || seen === undefined) return false
  return acked.stamp === DOUBT || sameIdentity(seen, { ...acked, kind: acked.kind })
}

/** What the target cannot hold is a problem to be shown, not a failure to be retried. */
function accepts({ capabilities, problems }: ComparisonOptions, path: RawPath, entry: SeenEntry): boolean {
  const reason = unclaimed(capabilities, path, entry)
  if (reason !== undefined) problems.add(toText(path), reason)
  return reason === undefined
}

/** Why the handler does not take an entry; `undefined`: it does. */
function unclaimed(capabilities: Handler['capabilities'], path: RawPath, { kind }: SeenEntry): string | undefined {
  if (kind !== 'directory' && !capabilities.kinds.includes(kind)) return UNCLAIMED[kind]
  if (!capabilities.byteNames && !isUtf8(path)) return 'Its name is not valid UTF-8, which this handler cannot pass on.'
  return undefined
}

/** A file still being written, or a big one, waits by itself; one that has been quiet for that long does not. */
function waitUntil({ schedule, clock }: ComparisonOptions, { seen, acked }: Difference, item: Item): number | undefined {
  if (seen === undefined || seen.content === acked?.content) return undefined
  const now = clock.monotonic()
  const quietMs = clock.now() - seen.mtimeMs
  const { bigFile, settleMs, maxWaitMs } = schedule
  if (bigFile !== undefined && seen.sizeBytes > bigFile.thresholdBytes && quietMs < bigFile.delayMs) {
    const at = item.firstAt + bigFile.delayMs
    if (at > now) return at
  }
  if (settleMs > 0 && quietMs < settleMs) {
    const at = Math.min(Math.max(item.lastAt, now - quietMs) + settleMs, item.firstAt + maxWaitMs)
    if (at > now) return at
  }
  return undefined
}
