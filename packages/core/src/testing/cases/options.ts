import assert from 'node:assert/strict'
import { z } from '../../handler.ts'
import type { Case } from '../case.ts'

/** Clause: options are a strict schema that documents itself. */
export const optionCases: readonly Case[] = [
  {
    name: 'options: an unknown one is refused by name',
    async run({ handler, target }) {
      const unknown = 'noSuchOption'
      const given = { ...(target.options as object), [unknown]: 1 } // Options of a handler are an object by contract.
      const parsed = handler.options.safeParse(given)
      assert.ok(!parsed.success, 'an option that does not exist was accepted')
      assert.match(parsed.error.message, new RegExp(unknown))
      assert.ok(handler.options.safeParse(target.options).success, 'the options of the target are not accepted')
    },
  },
  {
    name: 'options: every one has a description',
    async run({ handler }) {
      const schema = z.toJSONSchema(handler.options, { io: 'input', unrepresentable: 'any' })
      const bare = Object.entries(schema.properties ?? {}).filter(([, property]) => !hasDescription(property))
      assert.deepEqual(
        bare.map(([name]) => name),
        [],
        'these options have no description',
      )
    },
  },
]

function hasDescription(property: unknown): boolean {
  return typeof property === 'object' && property !== null && 'description' in property && property.description !== ''
}
