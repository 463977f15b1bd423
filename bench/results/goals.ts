import type { Figure } from '../stage/figure.ts'
import type { Row, Table } from '../stage/table.ts'

/** What is wanted of ours, each from one figure of one case. */
interface Goal {
  readonly goal: string
  readonly case: string
  readonly what: string
  /** Only of those whose names hold this. */
  readonly who?: string
  readonly most: number
  /** What the figure is taken relative to; by default it is taken as it is. */
  readonly relativeTo?: 'floor' | 'best peer' | 'smallest size'
  /** Of every size that was measured, not the largest alone. */
  readonly everySize?: boolean
}

const GOALS: readonly Goal[] = [
  { goal: 'one change: p50, × floor', case: 'latency', what: 'p50', most: 1.7, relativeTo: 'floor' },
  { goal: 'one change: p50, × best peer', case: 'latency', what: 'p50', most: 0.5, relativeTo: 'best peer' },
  { goal: 'one change: p99 (ms)', case: 'latency', what: 'p99', most: 10 },
  { goal: 'one change: CPU (ms)', case: 'latency', what: 'CPU per change', most: 1 },
  { goal: 'burst: lag, × cp -a', case: 'burst', what: 'lag / floor', most: 1.3, everySize: true },
  { goal: 'burst: CPU, × cp -a', case: 'burst', what: 'CPU / floor', most: 1.8, everySize: true },
  { goal: 'burst: lag, × best peer', case: 'burst', what: 'lag', most: 1, relativeTo: 'best peer', everySize: true },
  { goal: 'burst: CPU, × best peer', case: 'burst', what: 'CPU', most: 1, relativeTo: 'best peer', everySize: true },
  { goal: 'burst: writing, × nobody watching', case: 'burst', what: 'making / nobody', most: 1.1, everySize: true },
  { goal: 'rename of a directory: lag (ms)', case: 'directory mv', what: 'lag', most: 50 },
  { goal: 'rm -rf of a directory: lag, × rm -rf', case: 'directory rm -rf', what: 'lag / floor', most: 2 },
  { goal: 'start in sync: live, × find', case: 'start', what: 'live / find', most: 2 },
  { goal: 'idle: resident MiB', case: 'start', what: 'idle MiB', who: 'fanotify', most: 120 },
  ...['change p50 (ms)', 'CPU per change (ms)'].map((what): Goal => ({
    goal: `growth: ${what}, × smallest tree`,
    case: 'start',
    what,
    most: 1.5,
    relativeTo: 'smallest size',
  })),
  {
    goal: 'rsync, local: p50, × best of lsyncd and rsync by hand',
    case: 'rsync local',
    what: 'p50',
    most: 1,
    relativeTo: 'best peer',
  },
  { goal: 'rsync, local: CPU, × lsyncd', case: 'rsync local', what: 'CPU per change', most: 1, relativeTo: 'best peer' },
  { goal: 'rsync, ssh: p50, × rsync by hand', case: 'rsync ssh', what: 'p50', most: 0.25, relativeTo: 'best peer' },
  { goal: 'rsync, ssh: bytes for a renamed file', case: 'rsync rename', what: 'bytes per file', most: 1 },
]

/** What is wanted of the cases, and what was reached in this run. */
export function goalTable(cases: readonly string[], figures: readonly Figure[]): Table {
  const asked = GOALS.filter((goal) => cases.includes(goal.case.split(' ', 1)[0] ?? ''))
  const rows = asked.flatMap((goal) => rowsOf(goal, figures))
  return { title: 'Goal / reached', rows, notes: ['of the largest size that was measured, or of every one'], failed: false }
}

function rowsOf(goal: Goal, figures: readonly Figure[]): Row[] {
  const of = figures.filter((each) => each.case === goal.case && each.what === goal.what)
  const ours = of.filter(({ role, who }) => role === 'ours' && who.includes(goal.who ?? ''))
  const largest = Math.max(...ours.map(({ size }) => size))
  const asked = ours.filter(({ size }) => goal.everySize === true || size === largest)
  if (asked.length === 0)
    return [{ '': goal.goal, who: '', files: '', wanted: `≤ ${goal.most}`, reached: 'not measured', holds: '' }]
  return asked.map((each) => {
    const reached = each.value / baseOf(goal, each, of)
    const holds = Number.isNaN(reached) ? '' : reached <= goal.most ? 'yes' : 'NO'
    return { '': goal.goal, who: each.who, files: each.size, wanted: `≤ ${goal.most}`, reached, holds }
  })
}

function baseOf({ relativeTo }: Goal, ours: Figure, of: readonly Figure[]): number {
  const sameSize = of.filter(({ size }) => size === ours.size)
  if (relativeTo === undefined) return 1
  switch (relativeTo) {
    case 'floor':
      return sameSize.find(({ role }) => role === 'floor')?.value ?? NaN
    case 'best peer': {
      const peers = sameSize.filter(({ role, value }) => role === 'peer' && value > 0).map(({ value }) => value)
      return peers.length === 0 ? NaN : Math.min(...peers)
    }
    case 'smallest size': {
      const [smallest] = of.filter(({ who }) => who === ours.who).toSorted((a, b) => a.size - b.size)
      return smallest === undefined || smallest.size === ours.size ? NaN : smallest.value
    }
  }
}
