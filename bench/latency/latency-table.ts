import { figure, type Figure } from '../stage/figure.ts'
import type { BenchOptions } from '../stage/options.ts'
import { quantile, ratio, type Row, type Table } from '../stage/table.ts'
import { cpuPerChange, msOf, type Player } from './player.ts'

const NEVER = 'never'

export function latencyTable(players: readonly Player[], count: number, { limit, limitMs, patienceMs }: BenchOptions): Table {
  const floor = players.find(({ contender }) => contender.role === 'floor')
  const floorP50 = floor === undefined ? NaN : quantile(msOf(floor), 0.5)
  const kinds = [...new Set(players.flatMap(({ samples, lost }) => [...samples.map(({ kind }) => kind), ...lost]))]
  const rows = players.map((player) => rowOf(player, kinds, floorP50, limitMs))
  const ours = players.filter(({ contender }) => contender.role === 'ours')
  const slow = ours.filter((player) => !(quantile(msOf(player), 0.5) / floorP50 <= limit) && !Number.isNaN(floorP50))
  const incomplete = ours.filter(({ lost, liveMs }) => lost.size > 0 || liveMs === undefined)
  return {
    title: `One change, tree of ${count} files (ms)`,
    rows,
    figures: players.flatMap((player) => figuresOf(player, count)),
    notes: [
      `p50 for each kind; never: what should have arrived did not within ${patienceMs / 1000} s, and was not tried again`,
      ...slow.map(({ contender }) => `${contender.name}: TOO SLOW, above ${limit} times the floor`),
      ...incomplete.map(({ contender, lost }) => `${contender.name}: NEVER ARRIVED: ${[...lost].join(', ') || 'anything'}`),
    ],
    failed: slow.length + incomplete.length > 0,
  }
}

function rowOf(player: Player, kinds: readonly string[], floorP50: number, limitMs: number): Row {
  const { contender, samples, lost, liveMs } = player
  if (liveMs === undefined) return { '': contender.name, n: 0, p50: `not live within ${limitMs / 1000} s` }
  const p50 = quantile(msOf(player), 0.5)
  return {
    '': contender.name,
    n: samples.length,
    p50,
    p95: quantile(msOf(player), 0.95),
    p99: quantile(msOf(player), 0.99),
    max: quantile(msOf(player), 1),
    '× floor': ratio(p50, floorP50),
    ...Object.fromEntries(kinds.map((kind) => [kind, lost.has(kind) ? NEVER : quantile(msOf(player, kind), 0.5)])),
    'CPU/change': cpuPerChange(player),
    'resident MiB': player.residentMiB,
  }
}

function figuresOf(player: Player, count: number): Figure[] {
  const of = figure('latency', player.contender, count)
  const ms = msOf(player)
  return [of('p50', quantile(ms, 0.5)), of('p99', quantile(ms, 0.99)), of('CPU per change', cpuPerChange(player))]
}
