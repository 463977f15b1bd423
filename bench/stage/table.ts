import type { Figure } from './figure.ts'

/** One table of figures: the keys of the rows are its columns. */
export interface Table {
  readonly title: string
  readonly rows: readonly Row[]
  readonly notes: readonly string[]
  /** Values in it that others compare. */
  readonly figures?: readonly Figure[]
  /** Something did not hold that has to. */
  readonly failed: boolean
}

export type Row = Readonly<Record<string, string | number>>

/** As text for a terminal. */
export function tableText({ title, rows, notes }: Table): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const texts = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  return [title, ...texts.map((text) => `  ${text.trimEnd()}`), ...notes.map((note) => `  ${note}`), ''].join('\n')
}

/** Enough digits to tell two figures apart, and no more. */
function cellText(cell: string | number | undefined): string {
  if (typeof cell !== 'number') return cell ?? ''
  if (Number.isNaN(cell)) return '-'
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(Math.abs(cell) < 100 ? 2 : 0)
}

/** The value that `share` of the sorted samples do not exceed; NaN without any. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** The value in the middle; NaN without any. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

/** How many times `of` it is; NaN when one of them is not known. */
export function ratio(value: number, of: number): number {
  return of > 0 ? value / of : NaN
}
