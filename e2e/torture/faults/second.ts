import type { Field } from '../field.ts'
import type { Fault } from './fault.ts'

/** A second one is started beside it: it has to say so and go, and to disturb nothing. */
export function second(field: Field): Fault {
  return {
    async strike() {
      await field.running.ready()
      const other = field.contender.start(field.place, field.launch)
      field.afterwards(() => other.kill())
      await other.end()
      const wrong = field.contender.refusal?.(other)
      if (wrong !== undefined) throw new Error(`${wrong}\n${other.output}`)
    },
    heal: () => undefined,
  }
}

export function lacksRefusal({ contender }: Pick<Field, 'contender'>): string | undefined {
  return contender.refusal === undefined ? `nobody says what a second ${contender.name} has to do` : undefined
}
