import type { Batch, Change, HandlerContext, Session, SyncResult } from '@clsync/core/handler'
import { parseDestination } from './destination.ts'
import { readListing } from './inventory.ts'
import { bringAll } from './bring.ts'
import { applyMoves } from './move.ts'
import type { RsyncOptions } from './options.ts'
import { Orphans } from './orphans.ts'
import { Pass, type Place } from './pass.ts'
import { isWithin } from './path.ts'
import { applyDeletes, deletesIn } from './removal.ts'
import { Rsync } from './rsync.ts'
import { Source } from './source.ts'
import { Target } from './target.ts'
import { TempNames } from './temp-names.ts'
import { checkVersion } from './version.ts'

/** Sets up an rsync target of the context's source. */
export async function openSession(options: RsyncOptions, context: HandlerContext): Promise<Session> {
  await checkVersion(options, context)
  const orphans = new Orphans(context.stateDir)
  const temps = new TempNames(context.stateDir)
  const target = new Target({ destination: parseDestination(options.destination), options, context, orphans, temps })
  const rsync = new Rsync({ options, context, target, orphans: context.dryRun ? undefined : orphans })
  const source = new Source(context.root)
  const place: Place = {
    ...{ options, context, source, target, rsync, temps },
    undeleted: new Set(),
    moved: { batch: '', paths: new Set() },
    trustsTarget: !context.isKnown,
  }
  const list = async function* (signal: AbortSignal) {
    yield* readListing(await rsync.list(signal))
  }
  if (context.dryRun) return { sync: (batch) => tell(batch, place), inventory: list, close: async () => target.close() }
  await orphans.end()
  try {
    await target.ready(AbortSignal.timeout(SETUP_MS))
  } catch (error) {
    target.close()
    throw error
  }
  return {
    isNew: target.isNew,
    get moves() {
      return target.hasShell && options.delete !== 'never'
    },
    sync: (batch, signal) => sync(new Pass(place, batch, signal)),
    inventory: list,
    async close() {
      target.close()
      temps.close()
      orphans.close()
    },
  }
}

async function sync(pass: Pass): Promise<SyncResult> {
  const { batch, signal, place } = pass
  signal.throwIfAborted()
  const changes = batch.changes.filter(({ path, from }) => !isProtected(place.options, path) && !isProtected(place.options, from))
  if (changes.length === 0) return {}
  await place.target.ready(signal)
  const of = (...types: Change['type'][]): Change[] => changes.filter(({ type }) => types.includes(type))
  const moved = await applyMoves(pass, of('move'))
  if (deletesIn(place.options, batch.reason)) await applyDeletes(pass, of('delete'))
  await bringAll(pass, [...moved, ...of('create', 'update')])
  return { failed: pass.failed, stale: pass.stale }
}

function isProtected({ protectedPaths }: RsyncOptions, path: string | undefined): boolean {
  return path !== undefined && protectedPaths.some((each) => isWithin(path, each.replace(/^\/+|\/+$/gu, '')))
}

/** Says what would be run, and for which paths. */
async function tell({ changes, reason }: Batch, { context, rsync, options, target }: Place): Promise<void> {
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
