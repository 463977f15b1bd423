import { type Batch, type Change, type HandlerContext, type Session, type SyncResult } from '@clsync/core/handler'
import { findAccount } from './account.ts'
import { checkProgram } from './program.ts'
import { sayWhatWouldRun } from './dry-run.ts'
import { deliver } from './input/input.ts'
import { createListFiles } from './list-files.ts'
import type { Job } from './job.ts'
import type { ScriptOptions } from './option-fields.ts'
import { allFailed, merge, type Outcome } from './outcome.ts'
import { planFor, type PlannedCommand } from './plan.ts'
import { createRunRecords } from './run-records.ts'
import type { Round } from './round.ts'
import { withoutVanished } from './vanished.ts'

/** Sets up the commands for a source. Refuses when one of them is not there, or may not be run as it is wanted to. */
export async function openSession(options: ScriptOptions, context: HandlerContext): Promise<Session> {
  const plan = planFor(options)
  const account = findAccount(options.user, options.group)
  for (const { command } of plan.commands) checkProgram(command, options, context.root)
  const lists = createListFiles({ ...options, account, stateDir: () => context.stateDir })
  const runs = createRunRecords(() => context.stateDir)
  const label = options.label ?? context.label ?? 'nolabel'
  const job: Job = { options, label, plan, context, account, lists, runs }
  if (!context.dryRun && (await runs.endOld()) > 0)
    context.log.warn('A command of a clsync that was killed was still running, and was ended.')
  let iteration = 0
  /** A command that took such a directory with all that is in it would take what the user's rules keep out. */
  const isPassage = ({ kind, path }: Change): boolean => kind === 'directory' && context.isPassage?.(path) === true
  const rootPathOf = (): string | undefined => (context.isPassage?.('') === true ? undefined : plan.preset?.rootPath)
  return {
    async sync(given, signal) {
      signal.throwIfAborted()
      const batch = { ...given, changes: given.changes.filter((change) => !isPassage(change)) }
      if (batch.changes.length === 0) return
      const round = { job, batch, signal, iteration: iteration + (plan.preset?.firstIteration ?? 1) }
      if (context.dryRun) return sayWhatWouldRun(round)
      const rootPath = iteration === 0 && batch.reason === 'initial' ? rootPathOf() : undefined
      const result = await sync(round, rootPath)
      iteration++
      return result
    },
    async close() {
      lists.close()
    },
  }
}

async function sync(round: Round, rootPath: string | undefined): Promise<SyncResult> {
  const { batch, job } = round
  const { present, stale } = withoutVanished(batch.changes, job.context.root)
  const outcomes: Outcome[] = []
  for (const { planned, changes } of runsFor(present, batch, job)) {
    // What follows builds upon what went wrong.
    const isBroken = outcomes.some(({ broken }) => broken)
    outcomes.push(
      isBroken
        ? allFailed(changes, new Error(NOT_TRIED))
        : await deliver({ round, planned, changes, rootPath: outcomes.length === 0 ? rootPath : undefined }),
    )
  }
  const outcome = merge(outcomes)
  const [first] = outcome.failed
  // Nothing has arrived: then it is the target, and not these paths.
  if (first !== undefined && outcome.broken && outcome.failed.length === present.length) throw first.error
  return { failed: outcome.failed, stale: [...stale, ...outcome.stale] }
}

/** Changes that follow one another and go to the same command. What has none is passed over. */
function* runsFor(
  changes: readonly Change[],
  { reason }: Batch,
  { plan }: Job,
): Generator<{ planned: PlannedCommand; changes: Change[] }> {
  let planned: PlannedCommand | undefined
  let together: Change[] = []
  for (const change of changes) {
    const next = plan.commandFor(change, reason)
    if (next !== planned && planned !== undefined) {
      yield { planned, changes: together }
      together = []
    }
    planned = next
    if (next !== undefined) together.push(change)
  }
  if (planned !== undefined) yield { planned, changes: together }
}

const NOT_TRIED = 'Not tried: an earlier command for the same batch went wrong.'
