import { expect, it } from 'vitest'
import { createDeleteLimit } from '../../src/engine/delete-limit.ts'

const HALF = { share: 0.5, above: 100 }

it('counts the batches of a short time together', () => {
  const limit = createDeleteLimit(HALF, false)
  expect(limit.allows(300, 1000, 0)).toBe(true)
  limit.send(300, 0)
  expect(limit.allows(300, 700, 1000)).toBe(false)
  expect(limit.allows(200, 700, 1000)).toBe(true)
  expect(limit.allows(300, 700, 20_000)).toBe(true)
})

it('does not count what is only asked for, as one deletion of a large directory takes several batches', () => {
  const limit = createDeleteLimit(HALF, false)
  for (let left = 500; left > 0; left -= 100) {
    expect(limit.allows(left, 500 + left, 0)).toBe(true)
    limit.send(100, 0)
  }
  expect(limit.allows(1, 500, 0)).toBe(false)
})

it('does not count twice what has to be sent once more', () => {
  const limit = createDeleteLimit(HALF, false)
  limit.send(250, 0)
  limit.send(150, 1)
  limit.giveBack(400)
  expect(limit.allows(400, 1000, 2)).toBe(true)
})

it('lets everything through in a small tree, when it is released, and when it is off', () => {
  expect(createDeleteLimit(HALF, false).allows(100, 100, 0)).toBe(true)
  expect(createDeleteLimit(HALF, true).allows(1000, 1000, 0)).toBe(true)
  expect(createDeleteLimit({ share: 1, above: 0 }, false).allows(1000, 1000, 0)).toBe(true)
})
