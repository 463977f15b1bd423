import { type Batch, type Change, type HandlerContext, refuse, type Session, type SyncResult } from '@clsync/core/handler'
import { bring } from './bring.ts'
import { openDestination } from './destination.ts'
import { concernsAll } from './failure.ts'
import { HardLinks } from './hard-links.ts'
import { inventory } from './inventory.ts'
import { Metadata } from './metadata.ts'
import type { Mirror } from './mirror.ts'
import { move } from './move.ts'
import { loadNative } from './native.ts'
import type { MirrorOptions } from './options.ts'
import { Pass } from './pass.ts'
import { isWithin } from './path.ts'
import { RecentlyTimed } from './recently-timed.ts'
import { remove } from './removal.ts'
import { Root } from './root.ts'
import { TempNames } from './temp-names.ts'
import { openTrash } from './trash.ts'
import { Untimed } from './untimed.ts'

/** Sets up a mirror of the context's source. */
export async function openSession(options: MirrorOptions, context: HandlerContext): Promise<Session> {
  const mirror = await openMirror(options, context)
  const list = (signal: AbortSignal) => inventory(mirror.target, mirror.trash?.within, signal)
  const { isNew } = mirror.destination
  if (context.dryRun) return { isNew, sync: (batch) => tell(batch, context), inventory: list }
  return {
    isNew,
    async sync(batch, signal) {
      const pass = new Pass(mirror, batch, signal)
      try {
        return await sync(pass, signal)
      } finally {
        pass.close()
      }
    },
    inventory: list,
    async close() {
      mirror.temps.close()
    },
  }
}

async function openMirror(options: MirrorOptions, context: HandlerContext): Promise<Mirror> {
  const native = await loadNative()
  if (options.xattrs && native === undefined) {
    throw refuse({
      message: 'Extended attributes cannot be carried here: the system library could not be called.',
      fix: 'Install clsync with its optional packages on Linux, or switch the option xattrs off.',
    })
  }
  const destination = openDestination(options.destination, context)
  const target = new Root(destination.root)
  const temps = new TempNames(target, context.stateDir)
  if (!context.dryRun) temps.removeLeftovers()
  return {
    source: context.root,
    destination,
    target,
    metadata: new Metadata(native, options.xattrs),
    temps,
    trash: options.trash === undefined || context.dryRun ? undefined : openTrash(options.trash, destination.root),
    hardLinks: options.hardLinks ? new HardLinks(target) : undefined,
    log: context.log,
    progress: (bytes) => context.progress(bytes),
    undeleted: new Set(),
    untimed: new Untimed(context.stateDir),
    recentlyTimed: new RecentlyTimed(),
    // An earlier run may have been cut short in the middle of a rename: then another file may lie where this one belongs.
    trustedBeforeNs: context.isKnown ? 0n : BigInt(Date.now() - CLOCK_LAG_MS) * 1_000_000n,
    moved: { batch: '', inodes: new Map() },
    unnamed: undefined,
    reflinks: undefined,
  }
}

/** How far the times of a file system may lag behind the clock. */
const CLOCK_LAG_MS = 1000

async function tell(batch: Batch, { log }: HandlerContext): Promise<void> {
  for (const { type, path, kind, from } of batch.changes) {
    log.info(`would ${type} ${kind}`, from === undefined ? { path } : { path, from })
  }
}

async function sync(pass: Pass, signal: AbortSignal): Promise<SyncResult> {
  const { batch, mirror } = pass
  mirror.destination.check()
  mirror.temps.removeLeft()
  mirror.trash?.startFolder()
  if (mirror.moved.batch !== batch.id) {
    mirror.moved.batch = batch.id
    mirror.moved.inodes.clear()
  }
  try {
    for (const change of batch.changes) {
      if (pass.slice.over) await pass.turn()
      const later = attempt(pass, change, signal)
      if (later !== undefined) await later
    }
  } catch (error) {
    finishAnyway(pass)
    throw error
  }
  mirror.destination.check()
  const unfinished = pass.directories.finish()
  // What was written since the last look may lie in another directory by now: then none of it has arrived.
  mirror.destination.check()
  const paths = unfinished.length === 0 ? undefined : new Set(batch.changes.map(({ path }) => path))
  return { failed: [...pass.failed, ...unfinished.filter(({ path }) => paths?.has(path))], stale: pass.stale }
}

/** `undefined` when it is done, so that only what takes long costs a promise. */
function attempt(pass: Pass, change: Change, signal: AbortSignal): Promise<void> | undefined {
  try {
    return apply(pass, change)?.catch((error: unknown) => takeFailure(pass, change, error, signal))
  } catch (error) {
    takeFailure(pass, change, error, signal)
    return undefined
  }
}

function apply(pass: Pass, change: Change): Promise<void> | undefined {
  const trash = pass.mirror.trash?.within
  if (trash !== undefined && isWithin(change.path, trash)) throw new Error(`"${change.path}" is where the trash is at the target`)
  switch (change.type) {
    case 'delete':
      remove(pass, change)
      return undefined
    case 'move':
      return move(pass, change)
    case 'create':
    case 'update':
      return bring(pass, change)
  }
}

/** Of one path, unless every other would meet it as well. */
function takeFailure(pass: Pass, { path }: Change, error: unknown, signal: AbortSignal): void {
  signal.throwIfAborted()
  pass.mirror.destination.check()
  if (concernsAll(error)) throw error
  pass.failed.push({ path, error })
}

/** The batch has failed for a reason of its own, which is the one to tell. */
function finishAnyway(pass: Pass): void {
  try {
    pass.mirror.destination.check()
    pass.directories.finish()
  } catch {
    // The batch comes again, and with it these directories.
  }
}
