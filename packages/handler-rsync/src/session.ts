import { type Batch, type Change, type HandlerContext, nameText, type Session, type SyncResult } from '@clsync/core/handler'
import { parseDestination } from './destination.ts'
import { readListing } from './inventory.ts'
import { bringAll } from './bring.ts'
import { Line } from './line.ts'
import { MARKER, Marker } from './marker.ts'
import { applyMoves } from './move.ts'
import type { RsyncOptions } from './options.ts'
import { Orphans } from './orphans.ts'
import { Pass, type Place } from './pass.ts'
import { isWithin } from './path.ts'
import { applyDeletes, deletesIn } from './removal.ts'
import { RecentlyTimed } from './recently-timed.ts'
import { Rsync } from './rsync.ts'
import { Source } from './source.ts'
import { sweep } from './sweep.ts'
import { Target } from './target.ts'
import { TempNames } from './temp-names.ts'
import { Unfinished } from './unfinished.ts'
import { Untimed } from './untimed.ts'
import { checkVersion } from './version.ts'

/** Sets up an rsync target of the context's source. */
export async function openSession(options: RsyncOptions, context: HandlerContext): Promise<Session> {
  const version = await checkVersion(options, context)
  const orphans = new Orphans(context.stateDir)
  const unfinished = new Unfinished(context.stateDir)
  const target = new Target({ destination: parseDestination(options.destination), options, context, orphans })
  const rsync = new Rsync({ options, context, target, unfinished, version, orphans: context.dryRun ? undefined : orphans })
  const list = async function* (signal: AbortSignal) {
    for (const { bytes, kind } of readListing(await rsync.list(signal))) {
      if (target.hasHand || bytes !== MARKER) yield { path: nameText(Buffer.from(bytes, 'latin1')), kind }
    }
  }
  if (context.dryRun) {
    return {
      sync: (batch) => tell(batch, { options, context, target, rsync }),
      inventory: list,
      close: async () => target.close(),
    }
  }
  await orphans.end()
  let place: Place
  try {
    place = await openPlace({ options, context, target, rsync, unfinished })
  } catch (error) {
    target.close()
    throw error
  }
  return {
    isNew: target.isNew || place.marker?.isNew === true,
    get moves() {
      return target.hasHand && options.delete !== 'never'
    },
    sync: (batch, signal) => sync(new Pass(place, batch, signal)),
    inventory: list,
    async close() {
      target.close()
      unfinished.close()
      orphans.close()
    },
  }
}

type Means = Pick<Place, 'options' | 'context' | 'target' | 'rsync' | 'unfinished'>

async function openPlace(means: Means): Promise<Place> {
  const { options, context, target, rsync } = means
  const signal = AbortSignal.timeout(SETUP_MS)
  await target.ready(signal)
  const { identity, name } = target
  const marker = target.hasHand || !options.marker ? undefined : new Marker({ context, identity, rsync, name })
  await marker?.recognise(signal)
  const place: Place = {
    ...means,
    marker,
    temps: new TempNames(),
    untimed: new Untimed(context.stateDir),
    recentlyTimed: new RecentlyTimed(),
    source: new Source(context.root),
    undeleted: new Set(),
    moved: new Map(),
    passes: new Set(),
    line: new Line(),
    trustsTarget: !context.isKnown,
  }
  if (target.hasHand) await sweep(place, signal)
  return place
}

async function sync(pass: Pass): Promise<SyncResult> {
  const { target, passes, line } = pass.place
  if (!target.hasHand) return line.run(() => carry(pass))
  for (const other of passes) other.isBeside = pass.isBeside = true
  passes.add(pass)
  try {
    return await carry(pass)
  } finally {
    passes.delete(pass)
  }
}

async function carry(pass: Pass): Promise<SyncResult> {
  const { batch, signal, place } = pass
  signal.throwIfAborted()
  const changes = batch.changes.filter((change) => isOurs(pass, change))
  if (changes.length === 0) return { failed: pass.failed }
  await place.target.ready(signal)
  await place.marker?.check(signal)
  await sweep(place, signal)
  const of = (...types: Change['type'][]): Change[] => changes.filter(({ type }) => types.includes(type))
  const moved = await applyMoves(pass, of('move'))
  if (deletesIn(place.options, batch.reason)) await applyDeletes(pass, of('delete'))
  await bringAll(pass, [...moved, ...of('create', 'update')])
  // What was written since the last look may lie in another directory by now: then none of it has arrived.
  await place.marker?.check(signal)
  pass.saveUntimed()
  return { failed: pass.failed, stale: pass.stale }
}

/** Not where the user or the marker want to be left alone. */
function isOurs({ place, failed }: Pass, { path, from }: Change): boolean {
  if (place.marker !== undefined && path === MARKER) {
    failed.push({
      path,
      error: new Error(`"${path}" is where clsync keeps its mark at the target; the option marker switches that off`),
    })
    return false
  }
  return !isProtected(place.options, path) && !isProtected(place.options, from)
}

function isProtected({ protectedPaths }: RsyncOptions, path: string | undefined): boolean {
  return path !== undefined && protectedPaths.some((each) => isWithin(path, each.replace(/^\/+|\/+$/gu, '')))
}

/** Says what would be run, and for which paths. */
async function tell({ changes, reason }: Batch, { context, rsync, options, target }: Omit<Means, 'unfinished'>): Promise<void> {
  const { log } = context
  for (const { type, path, kind, from } of changes) {
    log.info(`would ${type} ${kind}`, from === undefined ? { path } : { path, from })
  }
  const paths = changes.filter(({ type }) => type === 'create' || type === 'update').length
  const deletes = changes.filter(({ type }) => type === 'delete').length
  if (paths > 0) log.info(`would run ${rsync.text(reason === 'initial' ? 'compare' : 'bring', context.root)}`, { paths })
  if (deletes === 0 || !deletesIn(options, reason)) return
  if (target.destination.kind === 'daemon')
    log.info(`would run ${rsync.text('delete', `${context.stateDir}/empty`)}`, { paths: deletes })
}

const SETUP_MS = 60_000
