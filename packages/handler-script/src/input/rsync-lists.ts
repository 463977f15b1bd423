import { environmentOf } from '../environment.ts'
import { execute } from '../execute.ts'
import type { Outcome } from '../outcome.ts'
import { rsyncIncludes } from '../rsync-patterns.ts'
import { batchValues } from '../values.ts'
import type { Delivery } from '../delivery.ts'

/** Lists for rsync's `--include-from` and `--exclude-from`. What is left out by rules is not listed at all, so there are no excludes. */
export function deliverRsyncLists({ round, planned, changes }: Delivery): Promise<Outcome> {
  const includes = rsyncIncludes(changes)
  return round.job.lists.with([includes, Buffer.alloc(0)], ([list = '', excludes = '']) =>
    execute({
      ...{ round, command: planned.command, changes, env: environmentOf(round) },
      values: {
        ...batchValues(round),
        list,
        'exclude-list': excludes,
        'rsync-args': ['-aH', '--delete', '--exclude-from', excludes, '--include-from', list, '--exclude=*'],
      },
    }),
  )
}
