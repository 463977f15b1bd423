import { parseArgs } from 'node:util'
import type { Contender } from '../contenders/contender.ts'
import { type Present, presentContenders } from '../contenders/contenders.ts'
import { defaultFolder } from './folder.ts'

export interface BenchOptions {
  /** Which to run, in this order. */
  readonly cases: readonly string[]
  /** Where trees are made; removed at the end. */
  readonly folder: string
  readonly quick: boolean
  /** Ours, the peers and the floor, as far as they can run here. */
  readonly contenders: readonly Contender[]
  readonly present: Present
  /** Rounds of single changes that do not count: a daemon is measured as it is after some minutes of life, not of seconds. */
  readonly warmUpRounds: number
  /** What has not come to its end by then is given up. */
  readonly limitMs: number
  /** The same for a single change. */
  readonly patienceMs: number
  /** A peer that has used so much of a case's time is not asked for more. */
  readonly budgetMs: number
  /** Write `bench/RESULTS.md`. */
  readonly write: boolean
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
  CASE           latency, burst, churn, directory, initial, start, or by name only: rsync, away, s3; default all but those
  --quick        smaller trees and fewer rounds, under five minutes with all peers
  --who A,B      only those with one of these in their names: clsync, floor, lsyncd, unison, …; default all that are installed
  --write        put the figures into bench/RESULTS.md
  --files N,N    sizes of the trees, in files
  --rounds N     how often each kind of single change is made
  --limit X      fail when the p50 of single changes is above X times the floor; default 2.5
  --folder DIR   where the trees are made; default /dev/shm when it has room, else the system's temporary folder
  --json         print the figures as JSON`

/** Names of cases: those that run when none is named, and the others. */
export interface Known {
  readonly cases: readonly string[]
  readonly others: readonly string[]
}

/** Throws, with a line for a person, when the command line makes no sense. */
export function readOptions(args: readonly string[], known: Known): BenchOptions {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      who: { type: 'string' },
      write: { type: 'boolean', default: false },
      files: { type: 'string' },
      rounds: { type: 'string' },
      limit: { type: 'string', default: '2.5' },
      folder: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const all = [...known.cases, ...known.others]
  const unknown = positionals.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new Error(`there is no case "${unknown}": ${all.join(', ')}`)
  const present = presentContenders(values.who?.split(','))
  const files = values.files?.split(',').map((size) => numberOf('--files', size))
  const rounds = values.rounds === undefined ? undefined : numberOf('--rounds', values.rounds)
  return {
    cases: positionals.length > 0 ? positionals : known.cases,
    quick: values.quick,
    ...{ present, contenders: present.contenders, write: values.write },
    ...(values.quick
      ? { limitMs: 4000, patienceMs: 1500, budgetMs: 1500, warmUpRounds: 4 }
      : { limitMs: 40_000, patienceMs: 5000, budgetMs: 8000, warmUpRounds: 20 }),
    folder: values.folder ?? defaultFolder(values.quick),
    files,
    rounds,
    limit: numberOf('--limit', values.limit),
    json: values.json,
  }
}

function numberOf(option: string, text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new Error(`${option} takes numbers above 0, not "${text}"`)
  return number
}
