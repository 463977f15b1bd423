import { expect, test } from 'vitest'
import { told, TwoStates } from '../support/two-states.ts'

test('no room is made for a rename by more deletions than may go', () => {
  const states = new TwoStates({ 'b/': 1 }, { 'a/': 1, 'b/': 2, 'b/d/': 3, 'b/d/f': 4 })
  const asked: number[] = []
  const mayDelete = (count: number): boolean => {
    asked.push(count)
    return false
  }
  const { steps, held } = states.assemble(['a/', 'b/'], { mayDelete })
  expect(told(steps).filter((step) => step.startsWith('-') || step.includes('>'))).toEqual([])
  expect(held).not.toEqual([])
  expect(asked[0]).toBe(2)
})
