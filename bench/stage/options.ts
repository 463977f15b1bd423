import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Which to run, in this order. */
  readonly cases: readonly string[]
  /** Where trees are made; removed at the end. */
  readonly folder: string
  /** Sizes of trees, in files; `undefined`: those of the case. */
  readonly files: readonly number[] | undefined
  /** How often each kind of single change is made; `undefined`: as the case has it. */
  readonly rounds: number | undefined
  /** Most that the p50 of single changes may be, in times of the floor's. */
  readonly limit: number
  /** Print the figures as JSON. */
  readonly json: boolean
}

export const USAGE = `usage: npm run bench -- [CASE…] [options]
  CASE           latency, burst, start, rsync, s3; default all
  --quick        smaller trees and fewer rounds, under five minutes in all
  --files N,N    sizes of the trees, in files
  --rounds N     how often each kind of single change is made
  --limit X      fail when the p50 of single changes is above X times the floor; default 2.5
  --folder DIR   where the trees are made; default the system's temporary folder
  --json         print the figures as JSON`

/** Throws, with a line for a person, when the command line makes no sense. */
export function readOptions(args: readonly string[], known: readonly string[], temporary: string): BenchOptions {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      files: { type: 'string' },
      rounds: { type: 'string' },
      limit: { type: 'string', default: '2.5' },
      folder: { type: 'string', default: temporary },
      json: { type: 'boolean', default: false },
    },
  })
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`there is no case "${unknown}": ${known.join(', ')}`)
  const files = values.files?.split(',').map((size) => numberOf('--files', size))
  const rounds = values.rounds === undefined ? undefined : numberOf('--rounds', values.rounds)
  return {
    cases: positionals.length > 0 ? positionals : known,
    folder: values.folder,
    files: files ?? (values.quick ? [1000, 10_000] : undefined),
    rounds: rounds ?? (values.quick ? 15 : undefined),
    limit: numberOf('--limit', values.limit),
    json: values.json,
  }
}

function numberOf(option: string, text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new Error(`${option} takes numbers above 0, not "${text}"`)
  return number
}
