import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** The server that the copy goes through is away for a while. */
export function serverAway({ contender: { server } }: Field): Fault {
  if (server === undefined) throw new Error('there is no server')
  return {
    async strike() {
      if (away++ === 0) await server.stop()
    },
    async heal() {
      if (--away === 0) await server.start()
    },
  }
}

export function lacksServer({ contender }: Pick<Field, 'contender'>): string | undefined {
  return contender.server === undefined ? `nothing is between ${contender.name} and its target` : undefined
}

/** Seeds share the server: it is back when none of them wants it away. */
let away = 0
