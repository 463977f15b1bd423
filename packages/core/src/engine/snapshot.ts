import type { Task } from '../model/task.ts'
import type { Status, TargetStatus } from '../observe/status.ts'
import type { Problems } from './problems.ts'
import type { Run } from './run.ts'
import type { Target } from './target.ts'

const PROBLEMS_SHOWN = 100

/** What a person wants to know of a task; without a run it is still to begin. */
export function statusOf(task: Task, run: Run | undefined, isPaused: boolean): Status {
  const { source, targets = [], monitor } = run ?? {}
  const stats = monitor?.monitor.stats()
  return {
    task: task.name,
    state: run?.state ?? (isPaused ? 'paused' : 'starting'),
    halt: source?.halt,
    monitor: {
      name: monitor?.monitor.name ?? task.monitor,
      guarantee: monitor?.monitor.guarantee ?? 'best-effort',
      why: monitor?.why ?? '',
      watches: stats?.watches ?? 0,
      losses: stats?.losses ?? 0,
      uncovered: source?.patrol.uncovered ?? 0,
    },
    tree: {
      entries: run?.entries ?? 0,
      directories: source?.tree.directoryCount ?? 0,
      scanning: source?.tree.scanning ?? 0,
      hinted: source?.tree.hinted ?? 0,
      unreadable: source?.patrol.problems.size ?? 0,
    },
    targets: targets.map((target) => targetStatus(target, source?.patrol.problems)),
  }
}

/** What cannot be read at the source cannot be synced to any target. */
function targetStatus(target: Target, unreadable: Problems | undefined): TargetStatus {
  target.outbox.forgetSolved()
  const { problems } = target.retries
  return {
    name: target.info.target,
    handler: target.info.handler,
    state: target.state,
    halt: target.health.halt,
    pending: target.pending,
    inFlight: target.inFlight,
    heldDeletes: target.outbox.held,
    kept: target.kept,
    synced: { ...target.totals, rounds: target.outbox.rounds },
    problems: [...(unreadable?.list(PROBLEMS_SHOWN) ?? []), ...problems.list(PROBLEMS_SHOWN)].slice(0, PROBLEMS_SHOWN),
    problemCount: (unreadable?.size ?? 0) + problems.size,
  }
}
