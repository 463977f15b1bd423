import type { Change } from '@clsync/core/handler'
import { argumentBytes, roomForArguments } from '../argument-limit.ts'
import { environmentOf } from '../environment.ts'
import { execute } from '../execute.ts'
import { expand, macrosIn } from '../macros.ts'
import { allFailed, merge, type Outcome } from '../outcome.ts'
import { asArgument, batchValues } from '../values.ts'
import { type Delivery, told } from '../delivery.ts'

/** The paths as arguments; as many runs as the system's limit asks for. After a run that went wrong the rest waits for the next attempt. */
export async function deliverArgv(delivery: Delivery): Promise<Outcome> {
  const outcomes: Outcome[] = []
  const waiting = parts(delivery)
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (outcomes.some(({ broken }) => broken)) {
      outcomes.push(allFailed(part, new Error('Not tried: an earlier run for the same batch went wrong.')))
      continue
    }
    try {
      outcomes.push(await runFor(part, delivery))
    } catch (error) {
      // The limit was guessed too high.
      if ((error as NodeJS.ErrnoException).code !== 'E2BIG' || part.length < 2) throw error
      waiting.unshift(part.slice(0, part.length / 2), part.slice(part.length / 2))
    }
  }
  return merge(outcomes)
}

function runFor(part: readonly Change[], { round, planned, rootPath }: Delivery): Promise<Outcome> {
  const paths = part.map(({ path }) => asArgument(path))
  const changes = rootPath === undefined ? part : part.filter(({ path }) => path !== rootPath)
  return execute({
    ...{ round, command: planned.command, changes, env: environmentOf(round), parameters: paths },
    values: { ...batchValues(round), paths },
  })
}

function parts(delivery: Delivery): (readonly Change[])[] {
  const { round, planned } = delivery
  const { options, plan } = round.job
  // Each path may stand in the command several times.
  const times = Math.max(1, macrosIn(planned.command.words).filter((name) => name === 'paths').length)
  const fixed =
    planned.command.text === undefined
      ? expand(planned.command.words, { ...batchValues(round), paths: [] })
      : [planned.command.text]
  const roomBytes = roomForArguments(environmentOf(round)) - fixed.reduce((sum, word) => sum + argumentBytes(word), 0)
  const most = options.maxArguments ?? plan.preset?.maxArguments
  const roomWords = most === undefined ? Infinity : Math.max(1, Math.floor((most - fixed.length) / times))
  const found: Change[][] = []
  let usedBytes = Infinity
  for (const change of told(delivery)) {
    const bytes = argumentBytes(asArgument(change.path)) * times
    const last = found.at(-1)
    if (last === undefined || usedBytes + bytes > roomBytes || last.length >= roomWords) {
      found.push([change])
      usedBytes = bytes
    } else {
      last.push(change)
      usedBytes += bytes
    }
  }
  return found
}
