import { describe, expect, it } from 'vitest'
import { defineHandler, z } from '../../src/handler.ts'
import { handlerWith } from '../../src/load/capabilities.ts'

const handler = defineHandler({
  name: 'test',
  options: z.object({ lanes: z.number(), moves: z.boolean() }),
  capabilities: { byteNames: true },
  capabilitiesFor: ({ lanes, moves }) => ({ parallel: lanes, moves }),
  setup: () => ({ sync: async () => undefined }),
})

describe('capabilities that depend on options', () => {
  it('go over those of the handler, and leave it as it is', () => {
    const { capabilities, name } = handlerWith(handler, { lanes: 3, moves: true })
    expect({ ...capabilities, name }).toMatchObject({ name: 'test', byteNames: true, parallel: 3, moves: true, maxChanges: 1000 })
    expect(handler.capabilities).toMatchObject({ parallel: 1, moves: false })
  })

  it('are refused when they are of no use', () => {
    expect(() => handlerWith(handler, { lanes: 0, moves: true })).toThrow(
      expect.objectContaining({ code: 'HANDLER_INVALID', message: expect.stringContaining('"parallel"') as string }) as Error,
    )
  })
})
