import { expect, test } from 'vitest'
import { HandleTable, NONE } from '../../src/monitor/handle-table.ts'

/** A `struct file_handle` whose handle has these words. */
function handle(...words: number[]): Uint32Array {
  return Uint32Array.from([4 * words.length, 1, ...words])
}

test('a handle keeps its number; what differs in a word, the type or the length is another', () => {
  const table = new HandleTable()
  const handles = [handle(7, 8), handle(7, 9), handle(7), handle(7, 8, 0), Uint32Array.from([8, 2, 7, 8])]
  const numbers = handles.map((words) => table.add(words, 0))
  expect(new Set(numbers).size).toBe(handles.length)
  expect(handles.map((words) => table.add(words, 0))).toEqual(numbers)
  expect(handles.map((words) => table.find(words, 0))).toEqual(numbers)
  expect(table.find(handle(8, 7), 0)).toBe(NONE)
  expect(table.size).toBe(handles.length)
})

test('it is found where it stands among other words', () => {
  const table = new HandleTable()
  const number = table.add(handle(1, 2), 0)
  expect(table.find(Uint32Array.from([9, 9, ...handle(1, 2), 9]), 2)).toBe(number)
})

test('a hundred thousand that come and go, as a map would hold them', () => {
  const table = new HandleTable()
  const held = new Map<number, Uint32Array>()
  for (let turn = 0; turn < 100_000; turn++) {
    // Long and short ones, and more that come than go.
    const words = turn % 3 === 0 ? handle(turn, 1) : handle(turn, turn >> 3, 5)
    const number = table.add(words, 0)
    expect(held.has(number)).toBe(false)
    held.set(number, words)
    if (turn % 4 !== 3) continue
    const [gone, its] = held.entries().next().value!
    table.remove(gone)
    held.delete(gone)
    expect(table.find(its, 0)).toBe(NONE)
  }
  expect(table.size).toBe(held.size)
  for (const [number, words] of held) expect(table.find(words, 0)).toBe(number)
  table.clear()
  expect(table.size).toBe(0)
  for (const words of [...held.values()].slice(0, 100)) expect(table.find(words, 0)).toBe(NONE)
})
