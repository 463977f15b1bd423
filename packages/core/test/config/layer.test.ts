import { describe, expect, test } from 'vitest'
import { mergeLayers } from '../../src/config/layer.ts'

const layer = (origin: string, values: Record<string, unknown>) => ({ origin, directory: `/${origin}`, values })

describe('mergeLayers', () => {
  test('objects merge by key, everything else replaces', () => {
    const { values } = mergeLayers([
      layer('a', { schedule: { delay: 1, settle: 2 }, rules: [1, 2], monitor: 'poll' }),
      layer('b', { schedule: { delay: 3 }, rules: [4], monitor: undefined }),
    ])
    expect(values).toEqual({ schedule: { delay: 3, settle: 2 }, rules: [4], monitor: 'poll' })
  })

  test('remembers who set what, also for what lies within', () => {
    const merged = mergeLayers([layer('a', { schedule: { delay: 1, settle: 2 } }), layer('b', { schedule: { delay: 3 } })])
    expect(merged.sourceOf(['schedule', 'delay'])?.origin).toBe('b')
    expect(merged.sourceOf(['schedule', 'settle'])?.origin).toBe('a')
    expect(merged.sourceOf(['schedule', 'delay', 'deeper'])?.directory).toBe('/b')
    expect(merged.sourceOf(['nothing'])).toBeUndefined()
  })

  test('handlers and plugins are never taken apart', () => {
    const handler = { setup() {}, options: { deep: 1 } }
    const { values } = mergeLayers([layer('a', { handler }), layer('b', { monitor: 'poll' })])
    expect(values['handler']).toBe(handler)
  })

  test('options go with their handler', () => {
    const { values } = mergeLayers([
      layer('a', { targets: { one: { handler: 'x', options: { a: 1 } } }, handler: 'x', options: { a: 1 }, source: 's' }),
      layer('b', { targets: { one: { handler: 'y', options: { b: 2 } } }, handler: 'y' }),
    ])
    expect(values).toEqual({ targets: { one: { handler: 'y', options: { b: 2 } } }, handler: 'y', source: 's' })
  })

  test('a layer is not changed by what comes over it, nor can it reach a prototype', () => {
    const first = layer('a', { schedule: { delay: 1 } })
    const { values } = mergeLayers([
      first,
      layer('b', JSON.parse('{"schedule":{"delay":2},"__proto__":{"bad":1}}') as Record<string, unknown>),
    ])
    expect(first.values).toEqual({ schedule: { delay: 1 } })
    expect((values as { bad?: unknown }).bad).toBeUndefined()
  })
})
