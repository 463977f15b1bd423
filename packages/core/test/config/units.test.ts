import { describe, expect, test } from 'vitest'
import { parseDuration, parseShare, parseSize } from '../../src/config/units.ts'

describe('parseDuration', () => {
  test.each([
    [0, 0],
    [1500, 1500],
    ['50ms', 50],
    ['2s', 2000],
    ['2 s', 2000],
    ['1.5h', 5_400_000],
    ['10m', 600_000],
    ['10min', 600_000],
    ['1m30s', 90_000],
    ['1d', 86_400_000],
    ['250', 250],
  ])('%j is %d ms', (given, expected) => expect(parseDuration(given)).toBe(expected))

  test.each([-1, Number.NaN, Infinity, '', 'soon', '5x', '-2s', '1s2', null, true, {}])('%j is none', (given) =>
    expect(parseDuration(given)).toBeUndefined(),
  )
})

describe('parseSize', () => {
  test.each([
    [0, 0],
    [1024, 1024],
    ['128MiB', 128 * 1024 ** 2],
    ['10MB', 10_000_000],
    ['64k', 64_000],
    ['64 KiB', 65_536],
    ['1.5G', 1_500_000_000],
    ['12', 12],
    ['12B', 12],
  ])('%j is %d bytes', (given, expected) => expect(parseSize(given)).toBe(expected))

  test.each([-1, 1.5, '', 'big', '10 apples', '1MM', null])('%j is none', (given) => expect(parseSize(given)).toBeUndefined())
})

describe('parseShare', () => {
  test.each([
    [0, 0],
    [0.25, 0.25],
    ['50%', 0.5],
    ['0.5', 0.5],
    ['100 %', 1],
  ])('%j is %d', (given, expected) => expect(parseShare(given)).toBe(expected))

  test.each([-0.1, 1.1, '101%', 'half', '', null])('%j is none', (given) => expect(parseShare(given)).toBeUndefined())
})
