import { expect, test } from 'vitest'
import { createFlight } from '../../src/engine/flight.ts'
import type { RawPath } from '../../src/model/path.ts'

const raw = (path: string): RawPath => path as RawPath // ASCII

test('a directory is busy while something below it is on its way', () => {
  const flight = createFlight()
  flight.add([raw('a/b/c')])
  expect([raw('a'), raw('a/b/c/d'), raw('ab'), raw('a/x')].map((path) => flight.isBusy(path))).toEqual([true, true, false, false])
  flight.delete([raw('a/b/c')])
  expect(flight.isBusy(raw('a'))).toBe(false)
})

test('what happens above a path disturbs the batches that are on their way by then, and no later one', () => {
  const flight = createFlight()
  const first = flight.add([raw('a/b')])
  flight.disturb(raw('a'))
  flight.disturb(raw('x'))
  const second = flight.add([raw('a/c')])
  expect(flight.isDisturbed(raw('a/b'), first)).toBe(true)
  expect(flight.isDisturbed(raw('a/c'), second)).toBe(false)
  expect(flight.isDisturbed(raw('x/y'), first)).toBe(false)
})
