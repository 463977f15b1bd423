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
export function tableText(table: Table): string {
  const { title, notes } = table
  const lines = tableCells(table)
  const columns = lines[0] ?? []
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const texts = lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  return [title, ...texts.map((text) => `  ${text.trimEnd()}`), ...notes.map((note) => `  ${note}`), ''].join('\n')
}

/** The head, then a line of cells for each row. */
export function tableCells({ rows }: Table): string[][] {
  const fullest = rows.toSorted((a, b) => Object.keys(b).length - Object.keys(a).length)
  const columns = [...new Set(fullest.flatMap((row) => Object.keys(row)))]
  return [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))]
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
