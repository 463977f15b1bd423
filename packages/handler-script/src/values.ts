import type { Change } from '@clsync/core/handler'
import type { Values } from './macros.ts'
import { maskOf } from './event-mask.ts'
import { type Round, statusOf } from './round.ts'

/** What every command of a round may name. */
export function batchValues(round: Round): Values {
  const { batch, iteration } = round
  const { options, label, plan, context } = round.job
  return {
    ...options.variables,
    root: context.root,
    label,
    destination: options.destination,
    batch: batch.id,
    attempt: String(batch.attempt),
    reason: batch.reason,
    status: statusOf(round),
    iteration: String(iteration),
    count: String(batch.changes.length),
    pid: String(process.pid),
    ...(plan.preset !== undefined && { 'sync-type': plan.preset.syncType }),
  }
}

/** What a command for one change, or a line of a list, may name besides. */
export function changeValues(change: Change, { job, batch }: Round): Values {
  const absolute = absolutePath(job.context.root, change.path)
  return {
    path: change.path,
    paths: [job.plan.preset?.absolute === true ? absolute : asArgument(change.path)],
    'absolute-path': absolute,
    from: change.from ?? '',
    type: change.type,
    kind: change.kind,
    mask: String(maskOf(change, batch.reason)),
  }
}

/** A relative path that no program takes for an option. */
export function asArgument(path: string): string {
  return path.startsWith('-') ? `./${path}` : path
}

function absolutePath(root: string, path: string): string {
  if (path === '' || path === '.') return root
  return root === '/' ? `/${path}` : `${root}/${path}`
}
