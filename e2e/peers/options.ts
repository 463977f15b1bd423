import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Contender } from '../torture/contender.ts'
import { ours } from '../torture/ours.ts'
import { PEER_CLASSES, type PeerClass } from './classes.ts'
import { clsyncC } from './clsync-c.ts'
import { lsyncd } from './lsyncd.ts'
import { readResults } from './result.ts'
import { unison, unisonThorough } from './unison.ts'
import { UNMOUNTED } from './unmounted.ts'

/** What ours writes where the target should be is counted elsewhere: here only the copy in the end is, as of everybody. */
const clsync: Contender = { ...ours('inotify'), isCareful: false }

const CONTENDERS: readonly Contender[] = [clsync, clsyncC, lsyncd, unison, unisonThorough]

/** One run. */
interface Job {
  readonly seed: number
  readonly contender: Contender
  /** Without, a source that is unmounted. */
  readonly peerClass: PeerClass | undefined
}

export interface PeersOptions {
  /** Those of which there is no result yet. */
  readonly jobs: readonly Job[]
  /** Of all writers together. */
  readonly steps: number
  readonly parallel: number
  /** The file system. */
  readonly on: string
  /** Where it is made, and where diverged runs are kept. */
  readonly directory: string
  readonly results: string
  readonly write: boolean
}

export const USAGE = `usage: npm run peers -- [options]
  --seeds N       seeds of each class; default 10
  --from N        the first of them; default 1
  --class A,B     only these: ${[...PEER_CLASSES.map(({ name }) => name), UNMOUNTED].join(', ')}
  --who A,B       only these: ${CONTENDERS.map(({ name }) => name).join(', ')}
  --steps N       of all writers together; default 200
  --parallel N    seeds at a time; default 4
  --fs KIND       tmpfs, ext4, xfs, btrfs or dir, for --dir as it is; default tmpfs
  --dir DIR       where seeds are made, and kept when they diverged
  --results FILE  a line for each run; what stands there is not run again; default DIR/clsync-peers.jsonl
  --write         put the tables into docs/torture.md and README.md`

/** Throws, with a line for a person, when the command line makes no sense. */
export function readOptions(args: readonly string[]): PeersOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      seeds: { type: 'string', default: '10' },
      from: { type: 'string', default: '1' },
      class: { type: 'string' },
      who: { type: 'string' },
      steps: { type: 'string', default: '200' },
      parallel: { type: 'string', default: '4' },
      fs: { type: 'string', default: 'tmpfs' },
      dir: { type: 'string', default: tmpdir() },
      results: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  const { dir, results = join(dir, 'clsync-peers.jsonl') } = values
  const done = new Set(readResults(results).map(({ contender, className, seed }) => key(contender, className, seed)))
  const isAsked = (list: string | undefined, name: string): boolean => list === undefined || list.split(',').includes(name)
  const contenders = CONTENDERS.filter(({ name }) => isAsked(values.who, name))
  const asked = PEER_CLASSES.filter(({ name }) => isAsked(values.class, name))
  const classes = isAsked(values.class, UNMOUNTED) ? [...asked, undefined] : asked
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => Number(values.from) + index)
  const jobs = seeds.flatMap((seed) =>
    classes.flatMap((peerClass) => contenders.map((contender) => ({ seed, contender, peerClass }))),
  )
  return {
    jobs: jobs.filter(({ seed, contender, peerClass }) => !done.has(key(contender.name, peerClass?.name ?? UNMOUNTED, seed))),
    steps: Number(values.steps),
    parallel: Number(values.parallel),
    on: values.fs,
    directory: dir,
    results,
    write: values.write,
  }
}

function key(contender: string, className: string, seed: number): string {
  return `${contender} ${className} ${seed}`
}
