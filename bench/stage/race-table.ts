import { figure } from './figure.ts'
import type { Outcome } from './race.ts'
import { ratio, type Row, type Table } from './table.ts'

/** Which of the plain commands stand for what. */
export interface RaceTableOptions {
  readonly title: string
  /** For the figures. */
  readonly name: string
  readonly size: number
  /** The changes themselves, made with nobody watching. */
  readonly making: string
  /** What bringing them to the target is compared with. */
  readonly floor: string
}

export function raceTable({ results, plain }: Outcome, { title, name, size, making, floor }: RaceTableOptions): Table {
  const nobody = plain[making]?.wallMs ?? NaN
  const least = plain[floor] ?? { wallMs: NaN, cpuMs: NaN }
  const plainRows = Object.entries(plain).map(([command, { wallMs, cpuMs }]): Row =>
    command === making ? { '': command, making: wallMs } : { '': command, lag: wallMs, CPU: cpuMs },
  )
  const rows = results.map(({ contender, makingMs, lagMs, cpuMs, peakMiB, trouble }): Row => ({
    '': contender.name,
    making: makingMs,
    '× nobody': ratio(makingMs, nobody),
    lag: trouble === '' ? lagMs : trouble,
    [`× ${floor}`]: ratio(lagMs, least.wallMs),
    CPU: cpuMs,
    [`CPU × ${floor}`]: ratio(cpuMs, least.cpuMs),
    'peak MiB': peakMiB,
  }))
  const ours = results.filter(({ contender }) => contender.role === 'ours')
  return {
    title,
    rows: [...plainRows, ...rows],
    figures: results.flatMap(({ contender, makingMs, lagMs, cpuMs }) => {
      const of = figure(name, contender, size)
      return [
        of('lag', lagMs),
        of('lag / floor', ratio(lagMs, least.wallMs)),
        of('CPU', cpuMs),
        of('CPU / floor', ratio(cpuMs, least.cpuMs)),
        of('making / nobody', ratio(makingMs, nobody)),
      ]
    }),
    notes: [],
    failed: ours.some(({ trouble }) => trouble !== ''),
  }
}
