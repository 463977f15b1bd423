import fs from 'node:fs'
import type { Change, HandlerContext, Session, SyncResult } from '@clsync/core/handler'
import { Announcer } from './announcer.ts'
import { Bucket } from './bucket.ts'
import { Conditions } from './conditions.ts'
import { identityOf, parseDestination } from './destination.ts'
import { HeaderRules } from './header-rules.ts'
import { Holdings } from './holdings.ts'
import { Keys, UnfitName } from './keys.ts'
import { bringLinksTo } from './followed-links.ts'
import { inventory, verify } from './listing.ts'
import { Memory } from './memory.ts'
import { moveAll } from './move.ts'
import type { S3Options } from './options.ts'
import { publish } from './order.ts'
import { Pass } from './pass.ts'
import { Plan } from './plan.ts'
import { Readiness } from './ready.ts'
import { refreshHeaders } from './refresh.ts'
import type { Target } from './target.ts'

/** Sets up one place in a bucket. Nothing is asked of the server until there is something to do. */
export async function openSession(options: S3Options, context: HandlerContext): Promise<Session> {
  const target = openTarget(options, context)
  const { bucket, holdings, keys, log } = target
  const announcer = await Announcer.open(options, holdings, bucket.name, keys.prefix, log)
  const readiness = new Readiness(target)
  const plan = context.dryRun ? new Plan(target) : undefined
  return {
    // Without our own record of what the bucket holds, nothing is known of it.
    isNew: context.isKnown && holdings.note('listed') !== 'yes',
    async sync(batch, signal) {
      signal.throwIfAborted()
      if (batch.changes.length === 0) return
      if (plan !== undefined) {
        await readiness.look(signal)
        await plan.tell(batch)
        return
      }
      await readiness.prepare(batch, signal)
      const result = await sync(new Pass(target, batch, signal))
      await announcer.tell()
      return result
    },
    inventory: (signal) => inventory(target, signal),
    verify: (signal) => verify(target, signal),
    async close() {
      await announcer.close()
      bucket.close()
      holdings.close()
    },
  }
}

function openTarget(options: S3Options, { root, stateDir, dryRun, log, progress }: HandlerContext): Target {
  const { bucket: name, prefix } = parseDestination(options.destination)
  const bucket = new Bucket(name, options)
  const holdings = new Holdings(stateDir, identityOf(options), dryRun)
  return {
    source: fs.realpathSync(root),
    options,
    keys: new Keys(prefix),
    rules: new HeaderRules(options),
    bucket,
    holdings,
    conditions: new Conditions(bucket, holdings, options.conflicts === 'detect'),
    memory: new Memory(options.memory * 1024 * 1024),
    log,
    progress: (bytes) => progress(bytes),
  }
}

async function sync(pass: Pass): Promise<SyncResult> {
  const { holdings } = pass.target
  const { changes } = pass.batch
  holdings.begin(changes.flatMap((change) => (change.type === 'delete' ? [] : keysToPut(pass, change))))
  try {
    await refreshHeaders(pass)
    await moveAll(pass, changes)
    for (const change of changes) if (change.type === 'delete') remove(pass, change)
    await bringLinksTo(pass)
    await publish(
      pass,
      changes.filter(({ type }) => type === 'create' || type === 'update'),
    )
  } finally {
    holdings.finish()
  }
  const paths = new Set(changes.map(({ path }) => path))
  return { failed: pass.failed, stale: pass.stale.filter((path) => paths.has(path)) }
}

/** Those that may be put for it, whatever is there by now. */
function keysToPut(pass: Pass, change: Change): string[] {
  return pass.target.options.directories === 'markers' ? keysOf(pass, change) : keysOf(pass, change).slice(0, 1)
}

/** Those that its path may have: of a file, of a directory. */
function keysOf({ target: { keys } }: Pass, { path }: Change): string[] {
  try {
    return [keys.file(path), keys.marker(path)]
  } catch (error) {
    if (error instanceof UnfitName) return []
    throw error
  }
}

/** Both keys: what was told to be a file may have become a directory in an attempt that got half way. */
function remove(pass: Pass, change: Change): void {
  const { path } = change
  try {
    pass.target.holdings.setLink(path, undefined)
    for (const key of keysOf(pass, change)) pass.doom(key, path)
  } catch (error) {
    pass.failed.push({ path, error })
  }
}
