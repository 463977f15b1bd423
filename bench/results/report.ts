import { type Table, tableCells } from '../stage/table.ts'

/** `bench/RESULTS.md`: what was measured, where and when. */
export function report(machine: Readonly<Record<string, string>>, tables: readonly Table[]): string {
  const head = [
    '# Results',
    'Written by `npm run bench -- --write`; what the cases measure is said in their folders.',
    Object.entries(machine)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
  ]
  return `${[...head, ...tables.map(section)].join('\n\n')}\n`
}

function section(table: Table): string {
  const [columns = [], ...rows] = tableCells(table)
  const lines = [columns, columns.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [`## ${table.title}`, lines.join('\n'), ...table.notes].join('\n\n')
}
