import type { Field } from '../field.ts'
import type { Fault, FaultClass } from './fault.ts'

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

/** The same, with a server that is away whenever something else befalls the contender, and at least once. */
export function withServerAway(faultClass: FaultClass): FaultClass {
  if (faultClass.fault === serverAway) return faultClass
  return {
    ...faultClass,
    name: `${faultClass.name}, server away`,
    async fault(field) {
      const server = serverAway(field)
      const other = await faultClass.fault?.(field)
      return {
        ...other,
        async strike() {
          // One that waits for a contender to be ready would wait in vain without the server.
          await other?.strike()
          await server.strike()
        },
        async heal() {
          try {
            await other?.heal()
          } finally {
            await server.heal()
          }
        },
      }
    },
  }
}

export function lacksServer({ contender }: Pick<Field, 'contender'>): string | undefined {
  return contender.server === undefined ? `nothing is between ${contender.name} and its target` : undefined
}

/** Seeds share the server: it is back when none of them wants it away. */
let away = 0
